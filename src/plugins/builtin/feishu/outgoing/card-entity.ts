import type { Clock } from "../../../../lib/clock.ts";
import { PlatformError } from "../../../platform-error.ts";
import type { Calls } from "./calls.ts";
import { type CardElement, cardOf, type CardText, TEXT_ELEMENT } from "./card.ts";
import { isKind } from "./errors.ts";

/** What is worth knowing of a card that Feishu keeps for us. */
export interface CardFacts {
  readonly id: string;
  /** When it was made, by our clock. */
  readonly madeAtMs: number;
}

const CARDS = "/open-apis/cardkit/v1/cards";
/**
 * The number of a change is its time since the card was made, so that it rises over a crash, too: at most 8 changes
 * a second never overtake it.
 */
const STEP_MS = 100;
/** So long a card can be changed. */
const LIFE_MS = 14 * 86_400_000;
/** No number by the clock is higher, whatever the clock says: above it is room for leaps. */
const MOST_BY_CLOCK = (2 * LIFE_MS) / STEP_MS;
/** Somebody was ahead of us: the next number is beyond what ten minutes take, the last one beyond all by the clock. */
const LEAPS = [6000, 60_000, 1_000_000, MOST_BY_CLOCK];

/** A card that Feishu keeps, in which the text of a message grows. Changes come in the order in which they are made. */
export class CardEntity implements CardFacts {
  readonly id: string;
  readonly madeAtMs: number;
  readonly #calls: Calls;
  readonly #clock: Clock;
  #last = 0;
  /** What it is known to say; undefined where a change is in doubt. */
  #shown: string | undefined;
  #isGrowing = true;
  #hasButtons = false;

  constructor({ id, madeAtMs }: CardFacts, calls: Calls, clock: Clock, shown?: string) {
    this.id = id;
    this.madeAtMs = madeAtMs;
    this.#calls = calls;
    this.#clock = clock;
    this.#shown = shown;
  }

  /** A new one, which no message shows yet. What stands `below` the text is there until it is finished. */
  static async make(
    text: CardText,
    below: readonly CardElement[],
    calls: Calls,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<CardEntity> {
    const madeAtMs = clock.now();
    const card = cardOf(text, { isStreaming: true, below });
    const { card_id: id } = await calls.make<{ readonly card_id?: string }>({
      method: "POST",
      path: CARDS,
      body: { type: "card_json", data: JSON.stringify(card) },
      signal,
    });
    if (id === undefined)
      throw new PlatformError("other", "unreachable", "Feishu names no card for what it took.");
    const entity = new CardEntity({ id, madeAtMs }, calls, clock, text.content);
    entity.#hasButtons = below.length > 0;
    return entity;
  }

  /** The one that a message shows; undefined where Feishu keeps none, or does not tell. */
  static async find(
    message: string,
    calls: Calls,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<CardEntity | undefined> {
    try {
      const { card_id: id } = await calls.make<{ readonly card_id?: string }>({
        method: "POST",
        path: `${CARDS}/id_convert`,
        body: { message_id: message },
        signal,
      });
      // No card is older: a number of its last day is beyond all that there were.
      return id === undefined
        ? undefined
        : new CardEntity({ id, madeAtMs: clock.now() - LIFE_MS }, calls, clock);
    } catch (error) {
      if (isKind(error, "card-gone", "no-scope", "bad-request", "other", "bad-card")) return undefined;
      throw error;
    }
  }

  /** Whether it is known to say the text already. */
  says({ content }: CardText): boolean {
    return this.#shown === content;
  }

  /** Resolves once the card says the text, whole; opens the growing anew where Feishu has ended it. */
  async grow({ content }: CardText, signal: AbortSignal): Promise<void> {
    const put = () => this.#change("PUT", `/elements/${TEXT_ELEMENT}/content`, { content }, signal);
    this.#shown = undefined;
    try {
      await put();
    } catch (error) {
      if (!isKind(error, "stream-closed")) throw error;
      await this.#settings({ streaming_mode: true }, signal);
      await put();
    }
    this.#isGrowing = true;
    this.#shown = content;
  }

  /** Ends the growing: what stands there is all, and `summary` tells of it in the list of chats. */
  async rest({ summary }: Pick<CardText, "summary">, signal: AbortSignal): Promise<void> {
    if (!this.#isGrowing) return;
    await this.#settings({ streaming_mode: false, summary: { content: summary } }, signal);
    this.#isGrowing = false;
  }

  /** Resolves once the card says the text, whole and for good, and nothing else but what stands `below` it. */
  async finish(text: CardText, signal: AbortSignal, below: readonly CardElement[] = []): Promise<void> {
    const hasOtherButtons = this.#hasButtons || below.length > 0;
    if (!this.#isGrowing && !hasOtherButtons && this.says(text) && text.isMarkdown) return;
    this.#shown = undefined;
    const card = { type: "card_json", data: JSON.stringify(cardOf(text, { below })) };
    await this.#change("PUT", "", { card }, signal);
    this.#isGrowing = false;
    this.#hasButtons = below.length > 0;
    this.#shown = text.content;
  }

  async #settings(config: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void> {
    await this.#change("PATCH", "/settings", { settings: JSON.stringify({ config }) }, signal);
  }

  async #change(
    method: "PUT" | "PATCH",
    path: string,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const leap of [...LEAPS, undefined]) {
      const sequence = this.#next();
      try {
        await this.#calls.make({
          method,
          path: `${CARDS}/${this.id}${path}`,
          body: { ...body, sequence, uuid: nameOf(body, sequence) },
          signal,
        });
        return;
      } catch (error) {
        if (isKind(error, "done-before")) return;
        if (!isKind(error, "sequence") || leap === undefined) throw error;
        this.#last += leap;
      }
    }
  }

  #next(): number {
    const elapsed = Math.floor((this.#clock.now() - this.madeAtMs) / STEP_MS);
    this.#last = Math.max(this.#last + 1, Math.min(elapsed, MOST_BY_CLOCK));
    return this.#last;
  }
}

/** What Feishu knows a change by that it has made: after a clock was set back, another may have the same number. */
function nameOf(body: Readonly<Record<string, unknown>>, sequence: number): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify([sequence, body])).digest("base64url");
}
