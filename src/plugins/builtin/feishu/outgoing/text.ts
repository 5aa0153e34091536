import type { Clock } from "../../../../lib/clock.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Address, EditOptions, MessageRef, SendOptions, TextMessage } from "../../../types.ts";
import { toPlain } from "../format/card-markdown.ts";
import { buttonRowsOf } from "./buttons.ts";
import type { Calls } from "./calls.ts";
import { type CardElement, cardOf, cardText, orNothingYet } from "./card.ts";
import { CardEntity } from "./card-entity.ts";
import { isKind } from "./errors.ts";
import { messagePath, type PostOptions, type Posts } from "./posts.ts";
import type { SentForms } from "./sent-forms.ts";

export interface TextParts {
  readonly calls: Calls;
  readonly posts: Posts;
  readonly forms: SentForms;
  readonly memory: ChannelMemory;
  readonly clock: Clock;
}

/** So many chats are known not to take cards. */
const MOST_CARDLESS = 500;

/** Sends texts and puts other texts in their place. Texts are cards: only those may change as often as they like. */
export class Text {
  readonly #parts: TextParts;
  readonly #cardless = new Set<string>();

  constructor(parts: TextParts) {
    this.#parts = parts;
  }

  async send(
    to: Address,
    message: TextMessage,
    options: SendOptions & Pick<PostOptions, "mayRepeat">,
  ): Promise<MessageRef> {
    const { forms } = this.#parts;
    if (this.takesNoCards(to)) return this.#sendText(to, message, options);
    try {
      const ref = await this.#sendCard(to, message, options);
      await forms.note(ref.id, "card");
      return ref;
    } catch (error) {
      // Without any formatting there is nothing left in a card that could be refused but the card.
      const isCardRefused =
        isKind(error, "wrong-type") || (options.style === "plain" && isKind(error, "bad-card"));
      if (!isCardRefused) throw error;
      if (isKind(error, "wrong-type")) this.noteNoCards(to);
      return this.#sendText(to, message, options);
    }
  }

  /** Resolves once the message shows the text. Its buttons are gone then, but for those in `options`. */
  async edit({ id }: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    const { forms } = this.#parts;
    const { style, signal } = options;
    const form = await forms.of(id);
    if (form === "text" || form === "file") return this.#editText(id, markdown, signal);
    if (form instanceof CardEntity) {
      try {
        return await form.finish(cardText(markdown, style), signal, await this.#belowIn(options));
      } catch (error) {
        if (!isKind(error, "card-gone", "no-scope")) throw error;
      }
    }
    try {
      await this.#editCard(id, markdown, options);
    } catch (error) {
      if (form !== undefined || !isKind(error, "bad-card", "bad-request", "other")) throw error;
      await this.#editUnknown(id, markdown, options, error);
    }
  }

  /** Whether a chat is known to refuse cards. */
  takesNoCards({ chat }: Address): boolean {
    return this.#cardless.has(chat);
  }

  noteNoCards({ chat }: Address): void {
    if (this.#cardless.size >= MOST_CARDLESS) this.#cardless.clear();
    this.#cardless.add(chat);
  }

  async #sendCard(to: Address, message: TextMessage, options: SendOptions): Promise<MessageRef> {
    const { posts } = this.#parts;
    const below = await this.#belowIn(message);
    const content = cardOf(cardText(message.markdown, options.style), { below });
    return posts.send(to, { type: "interactive", content }, { ...options, replyTo: message.replyTo });
  }

  async #sendText(to: Address, message: TextMessage, options: SendOptions): Promise<MessageRef> {
    const { posts, forms } = this.#parts;
    const text = plainText(message.markdown);
    const ref = await posts.send(
      to,
      { type: "text", content: { text } },
      { ...options, replyTo: message.replyTo },
    );
    await forms.note(ref.id, "text");
    return ref;
  }

  #belowIn({ buttons = [] }: Pick<TextMessage, "buttons">): Promise<readonly CardElement[]> {
    return buttonRowsOf(buttons, this.#parts.memory);
  }

  /** A message of which nobody knows what it is, is most likely a card. */
  async #editCard(id: string, markdown: string, options: EditOptions): Promise<void> {
    const { calls } = this.#parts;
    const { style, signal } = options;
    const card = cardOf(cardText(markdown, style), { below: await this.#belowIn(options) });
    try {
      await calls.make({
        method: "PATCH",
        path: messagePath(id),
        body: { content: JSON.stringify(card) },
        signal,
      });
    } catch (error) {
      if (!isKind(error, "wrong-type")) throw error;
      await this.#editText(id, markdown, signal);
    }
  }

  /** A card that Feishu keeps for us, although nobody here knows it any more, is found by its message. */
  async #editUnknown(id: string, markdown: string, options: EditOptions, error: unknown): Promise<void> {
    const { calls, forms, clock } = this.#parts;
    const { style, signal } = options;
    const entity = await CardEntity.find(id, calls, clock, signal);
    if (!entity) throw error;
    await entity.finish(cardText(markdown, style), signal, await this.#belowIn(options));
    await forms.note(id, entity);
  }

  async #editText(id: string, markdown: string, signal: AbortSignal): Promise<void> {
    const content = JSON.stringify({ text: plainText(markdown) });
    const body = { msg_type: "text", content };
    await this.#parts.calls.make({ method: "PUT", path: messagePath(id), body, signal });
  }
}

function plainText(markdown: string): string {
  return orNothingYet(toPlain(markdown));
}
