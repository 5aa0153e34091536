import type { Clock } from "../../src/lib/clock.ts";

interface Sleeper {
  dueAtMs: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when the test moves it. A `sleep` stays pending until `advance` has reached
 * its end; sleepers wake in the order in which they fall due, each at exactly its own time.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        // As with real timers: whoever waits for a sliver of a millisecond again and again gets on.
        dueAtMs: this.#nowMs + Math.max(1, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  };

  /** How many sleep right now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** When the next sleeper falls due; undefined if nobody sleeps. */
  get nextDueAtMs(): number | undefined {
    return this.#next()?.dueAtMs;
  }

  /**
   * Moves time on by `ms`. What a sleeper does when it wakes runs before later sleepers wake, so one
   * that sleeps again within the span wakes again within it.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#next(); next && next.dueAtMs <= endMs; next = this.#next()) {
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.wake();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Moves time at once, like somebody who sets a clock: who sleeps wakes at the next `advance`. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Sets the clock on the wall: who sleeps goes on as long as they would have, as timers do. */
  set(byMs: number): void {
    this.#nowMs += byMs;
    for (const sleeper of this.#sleepers) sleeper.dueAtMs += byMs;
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) if (!first || sleeper.dueAtMs < first.dueAtMs) first = sleeper;
    return first;
  }
}

/** Lets everything that can go on without time go on: promises, and one round of the event loop. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
