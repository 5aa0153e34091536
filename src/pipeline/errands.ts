import type { Receipt } from "../core/channel.ts";
import {
  type ErrandDesk,
  errandMessage,
  type ErrandName,
  type ErrandRequest,
  errandNamed,
  idOfErrand,
  isOver,
  type MessageOutcome,
  refOfErrand,
} from "../core/errand.ts";
import type { InboxLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import type { Clock } from "../lib/clock.ts";
import type { Receiver } from "./receive.ts";

export interface ErrandsDeps {
  readonly inbox: Pick<InboxLedger, "outcome">;
  readonly receiver: () => Pick<Receiver, "take" | "receive">;
  readonly clock: Clock;
}

/** The end of one is told at once; this is how often whoever waits looks without being told. */
const POLL_MS = 5_000;

/** The gateway's own requests on the path of every message, and what came of them. */
export class Errands implements ErrandDesk {
  readonly #deps: ErrandsDeps;
  readonly #listeners = new Set<(name: ErrandName) => void>();

  constructor(deps: ErrandsDeps) {
    this.#deps = deps;
  }

  async take(request: ErrandRequest): Promise<"recorded" | "duplicate"> {
    return this.#deps.receiver().take(this.#messageOf(request));
  }

  async offer(request: ErrandRequest): Promise<Receipt> {
    return this.#deps.receiver().receive(this.#messageOf(request));
  }

  find(name: ErrandName): Promise<MessageOutcome | undefined> {
    return this.#deps.inbox.outcome(refOfErrand(name));
  }

  async wait(name: ErrandName, untilMs: number, signal: AbortSignal): Promise<MessageOutcome | undefined> {
    const { clock } = this.#deps;
    for (;;) {
      // Listening begins before the look, so that no end is missed in between.
      const noted = Promise.withResolvers<void>();
      const over = new AbortController();
      using _listening = this.onEnd((ended) => {
        if (idOfErrand(ended) === idOfErrand(name)) noted.resolve();
      });
      try {
        const outcome = await this.find(name);
        const leftMs = untilMs - clock.now();
        if (!outcome || isOver(outcome) || leftMs <= 0 || signal.aborted) return outcome;
        const waited = clock.sleep(Math.min(leftMs, POLL_MS), AbortSignal.any([signal, over.signal]));
        await Promise.race([noted.promise, waited]);
      } finally {
        over.abort();
      }
    }
  }

  onEnd(listener: (name: ErrandName) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The events of all sessions, seen on their way: an errand's message ends like every other. */
  watching(events: TurnEvents): TurnEvents {
    return {
      publish: (session, event) => {
        events.publish(session, event);
        if (event.kind !== "end") return;
        for (const name of event.messageIds.flatMap((id) => errandNamed(id) ?? [])) this.#tell(name);
      },
    };
  }

  #tell(name: ErrandName): void {
    for (const listener of this.#listeners) listener(name);
  }

  #messageOf(request: ErrandRequest) {
    return errandMessage(request, this.#deps.clock.now());
  }
}
