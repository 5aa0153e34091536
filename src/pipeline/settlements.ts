import type { DeliveryKey, DeliveryState, OutboxLedger } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";

/** Lets people wait for deliveries: whoever delivers says when one got somewhere. */
export class Settlements {
  readonly #outbox: Pick<OutboxLedger, "find">;
  readonly #clock: Clock;
  readonly #waiting = new Map<DeliveryKey, Set<() => void>>();

  constructor(outbox: Pick<OutboxLedger, "find">, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Something happened to this delivery. */
  note(key: DeliveryKey): void {
    for (const tell of this.#waiting.get(key) ?? []) tell();
  }

  /** Calls `tell` whenever something happens to this delivery, until the result is called. */
  follow(key: DeliveryKey, tell: () => void): () => void {
    const listeners = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, listeners.add(tell));
    return () => {
      listeners.delete(tell);
      if (listeners.size === 0 && this.#waiting.get(key) === listeners) this.#waiting.delete(key);
    };
  }

  /** How the delivery stands once it is sent or dead; else as it stands at `untilMs`, or when `signal` aborts. */
  async wait(key: DeliveryKey, untilMs: number, signal: AbortSignal): Promise<DeliveryState | undefined> {
    for (;;) {
      // Listening begins before the look, so that nothing happens unseen in between.
      const noted = this.#next(key);
      try {
        const delivery = await this.#outbox.find(key);
        const isOver = delivery === undefined || delivery.state === "sent" || delivery.state === "dead";
        const leftMs = untilMs - this.#clock.now();
        if (isOver || leftMs <= 0 || signal.aborted) return delivery;
        await Promise.race([noted.promise, this.#clock.sleep(leftMs, AbortSignal.any([signal, noted.over]))]);
      } finally {
        noted.end();
      }
    }
  }

  #next(key: DeliveryKey): { promise: Promise<void>; over: AbortSignal; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const over = new AbortController();
    const leave = this.follow(key, resolve);
    const end = () => {
      over.abort();
      leave();
    };
    return { promise, over: over.signal, end };
  }
}
