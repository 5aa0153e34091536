/** How long something may take to appear. */
const PATIENCE_MS = 40_000;
/** How often it is looked for where nothing tells of a change: time may have passed. */
const LOOK_MS = 20;

export interface Watched {
  /** Calls the listener after every change, until the returned function is called. */
  readonly onChange: (listener: () => void) => () => void;
  /** What there is, for whoever has to find out why something never came. */
  readonly everything: () => string;
}

/** Resolves to what `find` finds as soon as it finds something; looks again after each change, and now and then. */
export async function untilFound<T>(
  find: () => T | undefined | false,
  what: string,
  { onChange, everything }: Watched,
): Promise<T> {
  const found = find();
  if (found) return found;
  const seen = Promise.withResolvers<T>();
  const look = () => {
    const now = find();
    if (now) seen.resolve(now);
  };
  const stop = onChange(look);
  const ticks = setInterval(look, LOOK_MS);
  const late = setTimeout(() => seen.reject(new Error(`${what} never came\n${everything()}`)), PATIENCE_MS);
  try {
    return await seen.promise;
  } finally {
    clearTimeout(late);
    clearInterval(ticks);
    stop();
  }
}
