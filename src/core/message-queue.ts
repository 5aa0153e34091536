import type { SessionKey } from "./session-key.ts";
import type { TurnLedger } from "./store.ts";

export interface QueueLimits {
  readonly maxPerSession: number;
  readonly globalMaxPending: number;
}

/** The limits of the queue. The queue itself is the store: what waits there survives us. */
export class MessageQueue {
  readonly #turns: Pick<TurnLedger, "depth">;
  readonly #limits: () => QueueLimits;

  constructor(turns: Pick<TurnLedger, "depth">, limits: () => QueueLimits) {
    this.#turns = turns;
    this.#limits = limits;
  }

  async isFull(session: SessionKey): Promise<boolean> {
    return (await this.depth(session)) >= this.#limits().maxPerSession || (await this.isSaturated());
  }

  /** True when the gateway as a whole should take no more: channels then make the platform wait. */
  async isSaturated(): Promise<boolean> {
    return (await this.#turns.depth()) >= this.#limits().globalMaxPending;
  }

  depth(session: SessionKey): Promise<number> {
    return this.#turns.depth(session);
  }
}
