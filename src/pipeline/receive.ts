import type { Receipt } from "../core/channel.ts";
import type { InboundEvent, InboundMessage } from "../core/message.ts";
import type { MessageQueue } from "../core/message-queue.ts";
import type { InboxEntry, InboxLedger } from "../core/store.ts";
import { StoreError } from "../core/errors.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { failpoint } from "../lib/failpoint.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";

export interface ReceiveDeps {
  readonly inbox: InboxLedger;
  readonly queue: MessageQueue;
  readonly admit: (entry: InboxEntry) => Promise<void>;
  /** Acts on what is no message, once each. */
  readonly onEvent: (event: InboundEvent) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

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
    for (const entry of await this.#deps.inbox.unsettled()) this.#admitBehind(entry);
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

  /** The same for what is no message: it is recorded for whoever acts on such events. */
  async report(id: string, event: InboundEvent): Promise<Receipt> {
    const receipt = await this.#durably(() => this.#deps.inbox.recordEvent(id, event));
    if (receipt === "recorded") this.#deps.onEvent(event);
    return receipt;
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
    const { channel, account, chat } = entry.message.address;
    // What is sent over a socket leaves at the end of this round of the event loop: the acknowledgement goes first.
    const isAcknowledged = new Promise((resolve) => void setImmediate(resolve));
    const admission = this.#inOrder
      .run(`${channel}/${account}/${chat}`, () => isAcknowledged.then(() => this.#admitUntilDone(entry)))
      .finally(() => this.#admissions.delete(admission));
    this.#admissions.add(admission);
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
}
