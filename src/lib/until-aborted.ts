/** What `work` resolves with, unless `signal` aborts first: then it rejects with what `giveUp` makes. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  giveUp: () => Error,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(giveUp());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
