import type { Clock } from "../../../../lib/clock.ts";
import type { Logger, Receipt } from "../../../types.ts";

export interface HandOverParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const BUSY_MS = 1000;
const MOST_TRIES = 5;

/**
 * Gives something to the gateway until it is on the disk. A fault that stays would keep back everybody else's
 * messages as well: it is left out then. Rejects when the gateway stops.
 */
export async function handOver(
  give: () => Promise<Receipt>,
  { clock, log, signal }: HandOverParts,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      if ((await give()) !== "busy") return;
    } catch (error) {
      failures += 1;
      const isLost = failures >= MOST_TRIES;
      log.error({ error, isLost }, "something that Discord told could not be handed over");
      if (isLost) return;
    }
    await clock.sleep(BUSY_MS, signal);
  }
  throw new Error("the gateway stops");
}
