import type { Clock } from "../../../../lib/clock.ts";
import { Wake } from "../../../../lib/wake.ts";

export interface CallRateLimit {
  readonly mostCalls: number;
  readonly withinMs: number;
}

/**
 * Holds calls back so that no span of `withinMs`, by whosever clock, sees more than `mostCalls` of them arrive: nobody
 * knows when a call arrives, so each counts from when it goes out until a whole span after it was answered.
 */
export class CallRate {
  readonly #limit: CallRateLimit;
  readonly #clock: Clock;
  readonly #bell: Wake;
  #open = 0;
  /** Until when those that were answered count, in order. */
  readonly #answered: number[] = [];
  #line: Promise<unknown> = Promise.resolve();

  constructor(limit: CallRateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#bell = new Wake(clock);
  }

  /** Whether there is room for more than what people wait for. */
  get hasPlenty(): boolean {
    return this.#count() < this.#limit.mostCalls / 2;
  }

  /** Resolves when a call may go out, in the order in which they ask; to false if `signal` aborts before. */
  enter(signal: AbortSignal): Promise<boolean> {
    const turn = this.#line.then(() => this.#untilRoom(signal));
    this.#line = turn;
    return turn;
  }

  /** A call that went out has come to its end. */
  leave(): void {
    this.#open -= 1;
    this.#answered.push(this.#clock.now() + this.#limit.withinMs);
    this.#bell.ring();
  }

  async #untilRoom(signal: AbortSignal): Promise<boolean> {
    const { mostCalls, withinMs } = this.#limit;
    while (!signal.aborted) {
      if (this.#count() < mostCalls) {
        this.#open += 1;
        return true;
      }
      const [first] = this.#answered;
      await this.#bell.wait(first === undefined ? withinMs : first - this.#clock.now(), signal);
    }
    return false;
  }

  #count(): number {
    const nowMs = this.#clock.now();
    while (this.#answered[0] !== undefined && this.#answered[0] <= nowMs) this.#answered.shift();
    // A clock that was set back must not hold anybody for longer than a span.
    for (const [index, atMs] of this.#answered.entries()) {
      this.#answered[index] = Math.min(atMs, nowMs + this.#limit.withinMs);
    }
    return this.#open + this.#answered.length;
  }
}
