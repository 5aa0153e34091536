import type { Receipt } from "../core/channel.ts";
import { StoreError } from "../core/errors.ts";
import { eventPlace } from "../core/event-place.ts";
import type { Address, InboundEvent, InboundMessage } from "../core/message.ts";
import type { MessageQueue } from "../core/message-queue.ts";
import type { EventEntry, InboxEntry, InboxLedger } from "../core/store.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";

export interface ReceiveDeps {
  readonly inbox: Pick<InboxLedger, "record" | "recordEvent" | "settleEvent" | "unsettled">;
  readonly queue: MessageQueue;
  readonly admit: (entry: InboxEntry) => Promise<void>;
  /** Acts on what is no message. Runs perhaps twice around a crash. */
  readonly act: (entry: EventEntry) => Promise<void>;
  /** True for what cannot wait for the messages before it: one of them may wait for just that. */
  readonly isUrgent: (event: InboundEvent) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What fails that often is not going to succeed, and a chat must not wait for it for ever. */
const MOST_ACTS = 5;

/** Where every message enters. It is durable, and known to be new, before anybody acts on it. */
export class Receiver implements Service {
  readonly name = "receiver";
  readonly #deps: ReceiveDeps;
  readonly #inOrder = new KeyedMutex();
  readonly #admissions = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #problem: string | undefined;

  constructor(deps: ReceiveDeps) {
    this.#deps = deps;
  }

  /** Goes on with what was recorded but not admitted before a crash. */
  async start(): Promise<void> {
    for (const entry of await this.#deps.inbox.unsettled()) {
      if ("event" in entry) this.#actBehind(entry);
      else this.#admitBehind(entry);
    }
  }

  /** What is not admitted by then is admitted at the next start. */
  async stop(hard: AbortSignal): Promise<void> {
    const abandon = () => this.#stopping.abort();
    if (hard.aborted) abandon();
    hard.addEventListener("abort", abandon, { once: true });
    await Promise.all(this.#admissions);
  }

  /** Why the last message could not be made durable; undefined if it could. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** `recorded` and `duplicate` mean that the message is on disk; `busy`, that the platform should keep it. */
  async receive(message: InboundMessage): Promise<Receipt> {
    const recorded = await this.#durably(async () => {
      if (await this.#deps.queue.isSaturated()) return "busy";
      failpoint("inbox.before-record");
      return this.#deps.inbox.record(message);
    });
    if (recorded === "busy") return "busy";
    failpoint("inbox.after-record");
    if (recorded.receipt === "recorded") this.#admitBehind({ id: recorded.id, message });
    return recorded.receipt;
  }

  /** The same for what is no message: it is acted on in the order of its chat. */
  async report(id: string, event: InboundEvent): Promise<Receipt> {
    const recorded = await this.#durably(() => this.#deps.inbox.recordEvent(id, event));
    if (recorded === "busy") return "busy";
    failpoint("event.after-record");
    if (recorded.receipt === "recorded") this.#actBehind({ id: recorded.id, event });
    return recorded.receipt;
  }

  /** Takes a message that the gateway itself makes of something: it is ours to keep already. */
  async take(message: InboundMessage): Promise<"recorded" | "duplicate"> {
    const { receipt, id } = await this.#deps.inbox.record(message);
    if (receipt === "recorded") this.#admitBehind({ id, message });
    return receipt;
  }

  /** Runs `work` when nothing of the chat goes on, and lets nothing of it begin meanwhile. */
  alone<T>(chat: Address, work: () => Promise<T>): Promise<T> {
    return this.#inOrder.run(lineOf(chat), work);
  }

  /** A store that cannot write makes the platform keep the message: nothing is acknowledged that is not safe. */
  async #durably<T>(write: () => Promise<T>): Promise<T | "busy"> {
    try {
      const written = await write();
      this.#problem = undefined;
      return written;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#problem = error.message;
      this.#deps.log.error({ error }, "message not taken, the store cannot write");
      return "busy";
    }
  }

  /** Admission may be slow (hooks), so the platform does not wait for it; a chat stays in order. */
  #admitBehind(entry: InboxEntry): void {
    this.#doBehind(entry.message.address, () => this.#admitUntilDone(entry));
  }

  #actBehind(entry: EventEntry): void {
    const act = () => this.#actUntilDone(entry);
    if (!this.#deps.isUrgent(entry.event)) this.#doBehind(eventPlace(entry.event), act);
    else this.#keep(act());
  }

  #doBehind(chat: Address, work: () => Promise<void>): void {
    // What is sent over a socket leaves at the end of this round of the event loop: the acknowledgement goes first.
    const isAcknowledged = new Promise((resolve) => void setImmediate(resolve));
    this.#keep(this.alone(chat, () => isAcknowledged.then(work)));
  }

  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#admissions.delete(kept));
    this.#admissions.add(kept);
  }

  /** Never rejects: an admission that fails is tried again, and waits for the next start at a shutdown. */
  async #admitUntilDone(entry: InboxEntry): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        return await this.#deps.admit(entry);
      } catch (error) {
        this.#deps.log.error({ error, inbox: entry.id, attempt }, "admission failed, it is tried again");
        await this.#deps.clock.sleep(backoffMs(attempt, 200, 30_000), signal);
      }
    }
  }

  /** Never rejects: the same for an event, but one that fails again and again is given up. */
  async #actUntilDone(entry: EventEntry): Promise<void> {
    const { inbox, act, log, clock } = this.#deps;
    const { signal } = this.#stopping;
    const facts = { event: entry.id, kind: entry.event.kind };
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        failpoint("event.before-act");
        if (attempt <= MOST_ACTS) await act(entry);
        else log.error(facts, "what happened in a chat was given up");
        failpoint("event.before-settle");
        return await inbox.settleEvent(entry.id);
      } catch (error) {
        log.error(
          { ...facts, error, attempt },
          "what happened in a chat could not be acted on, it is tried again",
        );
        // A store that cannot write says nothing about the event.
        if (error instanceof StoreError) attempt = Math.min(attempt, MOST_ACTS - 1);
        await clock.sleep(backoffMs(attempt, 200, 30_000), signal);
      }
    }
  }
}

const lineOf = ({ channel, account, chat }: Address) => `${channel}/${account}/${chat}`;
