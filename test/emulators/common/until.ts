const PATIENCE_MS = 40_000;
const LOOK_MS = 20;

/** What a wait looks at, and what it says if it ends in vain. */
export interface Watched {
  /** Calls the listener after every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** All there is to see, for whoever reads why a test failed. */
  describe(): string;
}

/** Resolves to what `find` finds as soon as it finds something; looks again after each change, and now and then. */
export async function until<T>(
  watched: Watched,
  find: () => T | undefined | false,
  what = "what was waited for",
): Promise<T> {
  const found = find();
  if (found) return found;
  const seen = Promise.withResolvers<T>();
  const look = () => {
    const now = find();
    if (now) seen.resolve(now);
  };
  const stop = watched.onChange(look);
  const ticks = setInterval(look, LOOK_MS);
  const late = setTimeout(
    () => seen.reject(new Error(`${what} never came\n${watched.describe()}`)),
    PATIENCE_MS,
  );
  try {
    return await seen.promise;
  } finally {
    clearTimeout(late);
    clearInterval(ticks);
    stop();
  }
}
