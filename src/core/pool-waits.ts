import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";

/** A turn that waits longer than this for a process is worth a word in the log, at most once a minute. */
const LONG_WAIT_MS = 10_000;
const TELL_EVERY_MS = 60_000;

/** How long turns have waited for a process: the sign that there are too few of them. */
export class PoolWaits {
  readonly #clock: Clock;
  readonly #log: Logger;
  #longestMs = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** The longest wait since the start. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** A turn waited for `waitedMs` while at most `max` could run. */
  note(waitedMs: number, max: number): void {
    this.#longestMs = Math.max(this.#longestMs, waitedMs);
    const nowMs = this.#clock.now();
    if (waitedMs < LONG_WAIT_MS || nowMs < this.#toldAtMs + TELL_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    this.#log.warn({ waitedMs, max }, "a turn waited for a free pi: agent.pool.max may be too small");
  }
}
