import type { Channel } from "../core/channel.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, MessageRef, OutboundMessage } from "../core/message.ts";
import type { Question } from "../core/question.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { DeliveryKey, DeliveryState, OutboxLedger } from "../core/store.ts";
import { deliveriesOf } from "../delivery/deliveries-of.ts";
import { closedKey } from "../delivery/keys.ts";
import type { Clock } from "../lib/clock.ts";
import { checkOutgoing } from "./outgoing.ts";
import type { QuestionRecord, QuestionRecords } from "./question-records.ts";
import { closedMarkdown, questionButtons, questionMarkdown } from "./question-text.ts";
import type { Sentences } from "./sentences.ts";

export interface QuestionChatDeps {
  readonly outbox: OutboxLedger;
  readonly hooks: HookRunner;
  /** The channel that can reach an address; undefined if it is not there any more. */
  readonly channel: (to: Address) => Channel | undefined;
  readonly records: QuestionRecords;
  readonly sentences: () => Sentences;
  /** How a delivery stands once it is sent or dead; else as it stands at `untilMs`, or when `signal` aborts. */
  readonly settled: (
    key: DeliveryKey,
    untilMs: number,
    signal: AbortSignal,
  ) => Promise<DeliveryState | undefined>;
  readonly clock: Clock;
}

/** A question on its way into a chat. */
export interface Showing {
  readonly id: string;
  readonly key: DeliveryKey;
  readonly to: Address;
  readonly shownIn: SessionKey;
  /** The session that asks. */
  readonly asker: SessionKey;
  readonly question: Question;
}

/** How a question ended. */
export interface Closing {
  readonly asker: SessionKey;
  readonly record: QuestionRecord;
  readonly isAnswered: boolean;
  /** What was chosen, or why nothing was. */
  readonly outcome: string;
}

/** How long a closed question waits for its own message to be on the platform. */
const PATIENCE_MS = 5000;
const TITLE_KEPT = 300;

/** Questions as messages: how they get into a chat, and what they become there. */
export class QuestionChat {
  readonly #deps: QuestionChatDeps;

  constructor(deps: QuestionChatDeps) {
    this.#deps = deps;
  }

  /** Posts the question; resolves with it as people see it, or with undefined if it may not be asked there. */
  async show(showing: Showing): Promise<Question | undefined> {
    const { channel: channelOf, hooks, sentences, records, outbox } = this.#deps;
    const { id, key, to, shownIn, asker, question } = showing;
    const channel = channelOf(to);
    if (!channel) return undefined;
    const say = sentences();
    const markdown = questionMarkdown(question, say.question);
    const buttons = channel.capabilities.buttons ? questionButtons(question, id, say.question) : undefined;
    const message: OutboundMessage = { kind: "text", markdown, ...(buttons ? { buttons } : {}) };
    const checked = await checkOutgoing(message, shownIn, channel, hooks, say.withheld);
    if (!checked.allowed || checked.message.kind !== "text") return undefined;
    const seen = checked.message.markdown;
    // A guard that failed: nobody would see what is asked.
    if (seen === say.withheld) return undefined;
    await records.add(asker, { key, to, shownIn, title: question.title.slice(0, TITLE_KEPT) });
    const keyOf = (part: number) => partKey(key, part);
    await outbox.post(deliveriesOf(checked.message, { to, channel, session: shownIn, keyOf }));
    return seen === markdown ? question : asRewritten(question, seen);
  }

  /** Lets people see that a question is over, and how it ended; then nothing is left to be closed. */
  async close({ asker, record, isAnswered, outcome }: Closing, hard: AbortSignal): Promise<void> {
    const { channel: channelOf, hooks, sentences, records, outbox } = this.#deps;
    const { key, to, shownIn, title } = record;
    const channel = channelOf(to);
    const place = channel && (await this.#placeOf(key, channel, hard));
    // Where nothing can be edited, an answer needs no more words: whoever gave it knows.
    const isSaid = place !== undefined && !(isAnswered && place === "below");
    if (channel && isSaid) {
      const markdown = closedMarkdown(title, isAnswered ? "✓" : "✗", outcome);
      const message: OutboundMessage = { kind: "text", markdown };
      const checked = await checkOutgoing(message, shownIn, channel, hooks, sentences().withheld);
      const previews = typeof place === "object" ? [place] : [];
      const keyOf = (part: number) => partKey(closedKey(key), part);
      if (checked.allowed) {
        await outbox.post(deliveriesOf(checked.message, { to, channel, session: shownIn, keyOf, previews }));
      }
    }
    await records.remove(asker, key);
  }

  /**
   * Where the end of a question is shown: in its own message, in the page that puts it in its place, or below.
   * Undefined for a question that never got to the chat.
   */
  async #placeOf(
    key: DeliveryKey,
    channel: Channel,
    hard: AbortSignal,
  ): Promise<MessageRef | "page" | "below" | undefined> {
    const { outbox, settled, clock } = this.#deps;
    let last = key;
    for (let part = 1; await outbox.find(partKey(key, part)); part += 1) last = partKey(key, part);
    if (channel.capabilities.showsTurnEvents) return (await outbox.find(last)) && "page";
    const delivery = await settled(last, clock.now() + PATIENCE_MS, hard);
    if (!delivery || delivery.state === "dead") return undefined;
    return delivery.state === "sent" && channel.edit ? delivery.ref : "below";
  }
}

const partKey = (key: DeliveryKey, part: number) => (part === 0 ? key : `${key}/${part}`);

/** A hook has changed what is said: nobody is shown the words that it replaced. The numbers still count. */
function asRewritten(question: Question, title: string): Question {
  if (question.kind !== "select") return { kind: question.kind, title };
  return { kind: "select", title, options: question.options.map((_, at) => String(at + 1)) };
}
