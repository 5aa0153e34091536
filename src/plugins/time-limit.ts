/**
 * What `work` resolves to, if it does within `limitMs`; else rejects and says who did not answer. The work itself
 * goes on, and what becomes of it then is nobody's.
 */
export async function withinLimit<T>(limitMs: number, work: () => T | Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TimeLimitError(limitMs)), limitMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Code of a plugin took longer than it may. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
    this.name = "TimeLimitError";
  }
}
