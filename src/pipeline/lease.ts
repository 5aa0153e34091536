import type { Clock } from "../lib/clock.ts";

/** How long a claim holds without a sign of life of its holder. */
export const LEASE_MS = 30_000;

/**
 * Keeps a lease alive while `signal` is not aborted, by extending it every third of its time.
 * Calls `lost` once if somebody else has it, or if it could not be extended in time.
 */
export async function keepLease(
  extend: () => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
  lost: () => void,
): Promise<void> {
  let heldUntilMs = clock.now() + LEASE_MS;
  for (;;) {
    await clock.sleep(LEASE_MS / 3, signal);
    if (signal.aborted) return;
    try {
      if (!(await extend())) return lost();
      heldUntilMs = clock.now() + LEASE_MS;
    } catch {
      // A store that cannot write now may again before the lease runs out; after that, nobody knows who holds it.
      if (clock.now() >= heldUntilMs) return lost();
    }
  }
}
