import type { Clock } from "./clock.ts";
import { untilAborted } from "./until-aborted.ts";

/**
 * What `work` resolves with, if it does within `ms`. Else its signal aborts, and this rejects with what `late` makes;
 * with the reason of `signal` where that aborts first.
 */
export async function within<T>(
  ms: number,
  { clock, signal, late }: { clock: Clock; signal: AbortSignal; late: () => Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const over = new AbortController();
  const watch = clock.sleep(ms, over.signal).then(() => {
    if (!over.signal.aborted) stop.abort(late());
  });
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    return await untilAborted(work(either), either, () => either.reason as Error);
  } finally {
    over.abort();
    await watch;
  }
}
