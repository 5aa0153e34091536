import type { Clock } from "./clock.ts";

/** A bell: `ring` ends the wait of now, and a ring while nobody waits is kept for the next wait. */
export class Wake {
  readonly #clock: Clock;
  #rung = false;
  #waiting: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves at the next ring, after `ms` (without a timer if that is infinite), or when `signal` aborts. One waiter at a time. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const waiting = new AbortController();
      const end = () => waiting.abort();
      signal.addEventListener("abort", end, { once: true });
      this.#waiting = waiting;
      if (ms === Number.POSITIVE_INFINITY) await untilRung(waiting.signal);
      else await this.#clock.sleep(ms, waiting.signal);
      this.#waiting = undefined;
      signal.removeEventListener("abort", end);
    }
    this.#rung = false;
  }
}

function untilRung(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
