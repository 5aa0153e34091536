import type { Clock } from "./clock.ts";
import { untilAborted } from "./until-aborted.ts";

/** Something took longer than it may. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "DeadlineError";
  }
}

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly ms: number;
  /** Ends the wait before its time. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` with a signal that aborts after `ms` or with `signal`. Rejects then, with a `DeadlineError` or the
 * signal's reason, even if `work` pays no heed to its signal.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clock, ms, signal }: DeadlineOptions,
): Promise<T> {
  const attempt = new AbortController();
  const over = new AbortController();
  const end = () => attempt.abort(signal?.reason);
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  void abortLate();
  try {
    return await untilAborted(work(attempt.signal), attempt.signal, () => errorOf(attempt.signal.reason));
  } finally {
    over.abort();
    signal?.removeEventListener("abort", end);
  }

  async function abortLate(): Promise<void> {
    await clock.sleep(ms, over.signal);
    if (!over.signal.aborted) attempt.abort(new DeadlineError(ms));
  }
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
