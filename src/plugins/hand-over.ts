import type { Clock } from "../lib/clock.ts";
import type { Logger } from "./types.ts";

export interface HandOverParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What it is, for the log. */
  readonly about: Readonly<Record<string, string | number>>;
}

const BUSY_MS = 1000;
const MOST_TRIES = 5;

/**
 * Gives something that a platform told to the gateway, until it is on the disk: as long as the answer is `busy`, again
 * and again. A fault that stays would keep back everybody else's messages as well: it is left out then. Resolves to
 * false where the gateway stops first.
 */
export async function handOver(give: () => Promise<string>, parts: HandOverParts): Promise<boolean> {
  const { clock, log, signal, about } = parts;
  for (let failures = 0; !signal.aborted;) {
    try {
      if ((await give()) !== "busy") return true;
    } catch (error) {
      failures += 1;
      const isLost = failures >= MOST_TRIES;
      log.error({ error, ...about, isLost }, "something that the platform told could not be handed over");
      if (isLost) return true;
    }
    await clock.sleep(BUSY_MS, signal);
  }
  return false;
}
