import type { Service } from "../lib/service.ts";
import type { WebhookDesk } from "./webhook-port.ts";

/** A desk whose callers do not wait beyond a stop: they are told how it stands then, before the doors close. */
export class WaitingCallers implements WebhookDesk, Service {
  readonly name = "waiting callers";
  readonly #desk: WebhookDesk;
  readonly #waiting = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();

  constructor(desk: WebhookDesk) {
    this.#desk = desk;
  }

  take(...[order, signal]: Parameters<WebhookDesk["take"]>): ReturnType<WebhookDesk["take"]> {
    const taken = this.#desk.take(order, AbortSignal.any([signal, this.#stopping.signal]));
    // Whoever asked hears of a failure.
    const over = taken.catch(() => {}).finally(() => this.#waiting.delete(over));
    this.#waiting.add(over);
    return taken;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#waiting);
    // An answer leaves at the end of the round of the event loop in which it is there.
    for (let round = 0; round < 3; round++) await new Promise((resolve) => void setImmediate(resolve));
  }
}
