import { type Clock, isWithin } from "../../../../lib/clock.ts";
import { RateLimit } from "../../../../lib/rate-limit.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Address, ChannelStream, MessageRef, StreamOptions } from "../../../types.ts";
import { buttonRowsOf } from "./buttons.ts";
import type { Calls } from "./calls.ts";
import { cardText, type CardText } from "./card.ts";
import { CardEntity } from "./card-entity.ts";
import { isKind } from "./errors.ts";
import type { Posts } from "./posts.ts";
import type { SentForms } from "./sent-forms.ts";
import type { Text } from "./text.ts";

export interface CardStreamParts {
  readonly calls: Calls;
  readonly posts: Posts;
  readonly forms: SentForms;
  readonly text: Text;
  readonly memory: ChannelMemory;
  readonly clock: Clock;
}

/** An app that may not make cards is asked again after this long: somebody may have granted it. */
const REFUSED_MS = 600_000;
/**
 * Feishu takes 1000 calls of a kind in a minute of an app, and 50 in a second: what is only shown on the way takes
 * less, and leaves the rest for what is shown for good.
 */
const STATES = { perMinute: 600, burst: 30 };
/** A state that was left out is tried again after this long, unless a newer one comes before. */
const BEHIND_MS = 1000;

/** Answers as cards that grow; as cards that are put anew where Feishu keeps none for us; not at all without cards. */
export class CardStreams {
  readonly #parts: CardStreamParts;
  /** Of all the app's answers together. */
  readonly #states: RateLimit;
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: CardStreamParts) {
    this.#parts = parts;
    this.#states = new RateLimit(() => STATES, parts.clock, 1);
  }

  /** Undefined where an answer is shown by sending and editing, which is what a stream does that is refused. */
  open(to: Address, options: StreamOptions): ChannelStream | undefined {
    const { text, clock } = this.#parts;
    if (options.mode !== "partial" && options.mode !== "draft") return undefined;
    // A text can be changed 20 times: it is shown when it is complete.
    if (text.takesNoCards(to)) return noStream;
    if (isWithin(REFUSED_MS, this.#refusedAtMs, clock.now())) return undefined;
    return new CardStream(this.#parts, to, options, {
      onRefused: () => {
        this.#refusedAtMs = clock.now();
      },
      mayChange: () => this.#states.take("") === 0,
    });
  }
}

const noStream: ChannelStream = { ref: undefined, show: async () => {}, close: async () => {} };

interface AppFacts {
  /** Told when the app may not make cards. */
  readonly onRefused: () => void;
  /** Whether the app has a call left for a state on the way; counts it. */
  readonly mayChange: () => boolean;
}

/** Shows an answer as the text of one card, which is sent once and grows. */
class CardStream implements ChannelStream {
  ref: MessageRef | undefined;
  readonly #parts: CardStreamParts;
  readonly #to: Address;
  readonly #options: StreamOptions;
  readonly #app: AppFacts;
  #way: "entity" | "message" | "none" = "entity";
  #entity: CardEntity | undefined;
  #last: CardText | undefined;
  #isBehind = false;

  constructor(parts: CardStreamParts, to: Address, options: StreamOptions, app: AppFacts) {
    this.#parts = parts;
    this.#to = to;
    this.#options = options;
    this.#app = app;
  }

  /** What was left out has not been shown. */
  get keepAliveMs(): number | undefined {
    return this.#isBehind ? BEHIND_MS : undefined;
  }

  async show(markdown: string, isComplete = false): Promise<void> {
    const { text } = this.#parts;
    const mayGrow = this.ref === undefined || this.#app.mayChange();
    this.#isBehind = !mayGrow && !isComplete;
    if (this.#isBehind) return;
    if (this.#way === "entity") {
      await this.#showInEntity(cardText(markdown, this.#options.style), { isComplete, mayGrow });
    }
    // The first call may have found out that it is the other way.
    if (this.#way !== "message") return;
    const { replyTo, buttons, ...options } = this.#options;
    const below = buttons === undefined || isComplete ? {} : { buttons };
    if (this.ref) return text.edit(this.ref, markdown, { ...options, ...below });
    const quote = replyTo === undefined ? {} : { replyTo };
    const message = { kind: "text", markdown, ...quote, ...below } as const;
    this.ref = await text.send(this.#to, message, { ...this.#options, mayRepeat: true });
    if (text.takesNoCards(this.#to)) this.#way = "none";
  }

  /** A card that is left growing says so in the list of chats, for ten minutes. */
  async close(): Promise<void> {
    if (this.#way === "entity" && this.ref && this.#entity && this.#last) {
      await this.#entity.rest(this.#last, this.#options.signal);
    }
  }

  async #showInEntity(
    text: CardText,
    { isComplete, mayGrow }: { readonly isComplete: boolean; readonly mayGrow: boolean },
  ): Promise<void> {
    const { signal } = this.#options;
    try {
      if (!this.ref) await this.#begin(text);
      else if (mayGrow) await this.#entity?.grow(text, signal);
      if (isComplete) await this.#entity?.finish(text, signal);
      this.#last = text;
    } catch (error) {
      this.#turn(error);
    }
  }

  /** Sends the card that somebody who crashed made for the same message, or a new one. */
  async #begin(text: CardText): Promise<void> {
    const known = this.#entity ?? (await this.#parts.forms.openingOf(this.#options.nonce));
    if (!known) return this.#send(await this.#make(text), text);
    try {
      await this.#send(known, text);
    } catch (error) {
      // Feishu takes no card twice: it has come, so long ago that the message is not known by its nonce any more.
      if (this.ref || !isKind(error, "bad-card", "card-gone")) throw error;
      await this.#send(await this.#make(text), text);
    }
  }

  async #make(text: CardText): Promise<CardEntity> {
    const { forms, calls, memory, clock } = this.#parts;
    const { nonce, buttons = [], signal } = this.#options;
    const below = await buttonRowsOf(buttons, memory);
    const entity = await CardEntity.make(text, below, calls, clock, signal);
    await forms.noteOpening(nonce, entity);
    this.#entity = entity;
    return entity;
  }

  async #send(entity: CardEntity, text: CardText): Promise<void> {
    const { posts, forms } = this.#parts;
    const { nonce, replyTo, signal } = this.#options;
    const content = { type: "card", data: { card_id: entity.id } };
    const options = { nonce, replyTo, signal, mayRepeat: true };
    const ref = await posts.send(this.#to, { type: "interactive", content }, options);
    await forms.note(ref.id, entity);
    this.#entity = entity;
    this.ref = ref;
    if (!entity.says(text)) await entity.grow(text, signal);
  }

  /** What is refused for good is done in another way from now on; everything else is the caller's. */
  #turn(error: unknown): void {
    if (this.ref) throw error;
    if (isKind(error, "wrong-type")) {
      this.#parts.text.noteNoCards(this.#to);
      this.#way = "none";
    } else if (isKind(error, "no-scope", "card-gone", "bad-request", "other")) {
      this.#app.onRefused();
      this.#way = "message";
    } else throw error;
  }
}
