import type { InlineKeyboardMarkup, Message } from "grammy/types";
import type { Address, EditOptions, MessageRef, SendOptions, TextMessage } from "../../../types.ts";
import { signalFor } from "./api.ts";
import type { Calls } from "./calls.ts";
import { type Content, htmlContent, plainContent, seenOf } from "./content.ts";
import { TelegramError, isKind } from "./errors.ts";
import type { Formatter } from "./formatter.ts";
import { keyboardOf } from "./keyboard.ts";
import type { Memory } from "./memory.ts";
import { readsLike } from "./seen-text.ts";
import { type Wishes, wishesOf } from "./wishes.ts";

/** How the configuration wants messages to look. */
export interface TextStyle {
  readonly format: "html" | "rich";
  readonly linkPreview: boolean;
  /** Every message comes without a sound. */
  readonly silent: boolean;
}

export interface TextParts {
  readonly calls: Calls;
  readonly style: TextStyle;
  readonly formatter: Formatter;
  readonly memory: Memory;
}

/** An edit that did not take is made again after this long. */
const EDIT_AGAIN_MS = 1000;

interface Fields extends Wishes {
  readonly reply_markup?: InlineKeyboardMarkup;
}

/** Sends texts and puts other texts in their place. */
export class Text {
  readonly #parts: TextParts;
  #rich: "untried" | "taken" | "refused" = "untried";

  constructor(parts: TextParts) {
    this.#parts = parts;
    if (parts.style.format === "html") this.#rich = "refused";
  }

  /** True once Telegram has taken a rich message: texts may be as long as those are from then on. */
  get takesRich(): boolean {
    return this.#rich === "taken";
  }

  async send(to: Address, message: TextMessage, options: SendOptions): Promise<MessageRef> {
    const fields = await this.#fieldsOf(to, message);
    const sent = await this.#asTaken(message.markdown, options.style, (content) =>
      this.#post(to.chat, fields, content, options.signal),
    );
    return { address: { ...to, chat: this.#parts.calls.nowAt(to.chat) }, id: String(sent.message_id) };
  }

  /** Resolves once the message shows the text. */
  async edit(ref: MessageRef, markdown: string, { style, signal }: EditOptions): Promise<void> {
    await this.#asTaken(markdown, style, async (content) => {
      const shown = await this.#replace(ref, content, signal);
      const wanted = seenOf(content);
      if (shown === undefined || wanted === undefined || readsLike(shown, wanted)) return;
      throw new TelegramError("fault", "unreachable", "The message does not show what it should.", {
        retry: { afterMs: EDIT_AGAIN_MS },
      });
    });
  }

  async #fieldsOf(to: Address, message: TextMessage): Promise<Fields> {
    const { memory, style } = this.#parts;
    return {
      ...wishesOf(to, message, style.silent),
      ...(message.buttons?.some((row) => row.length > 0)
        ? { reply_markup: await keyboardOf(message.buttons, memory) }
        : {}),
    };
  }

  /** As a rich message where those are wanted and taken, else as HTML, or without any formatting. */
  async #asTaken<T>(
    markdown: string,
    style: SendOptions["style"],
    use: (content: Content) => Promise<T>,
  ): Promise<T> {
    const { formatter } = this.#parts;
    if (style === "plain") return use(plainContent(markdown, formatter));
    const rich = this.#rich === "refused" ? undefined : formatter.richOf(markdown);
    if (rich === undefined) return use(htmlContent(markdown, formatter));
    try {
      const result = await use({ rich });
      this.#rich = "taken";
      return result;
    } catch (error) {
      if (!isKind(error, "unknown-method", "format", "too-long", "empty", "other")) throw error;
      if (isKind(error, "unknown-method")) this.#rich = "refused";
      return use(htmlContent(markdown, formatter));
    }
  }

  #post(chat: string, fields: Fields, content: Content, signal: AbortSignal): Promise<Message> {
    const { calls } = this.#parts;
    return "rich" in content
      ? calls.at<Message>(chat, "sendRichMessage", (raw, chat_id) =>
          raw.sendRichMessage({ chat_id, ...fields, ...richField(content.rich) }, signalFor(signal)),
        )
      : calls.at<Message>(chat, "sendMessage", (raw, chat_id) =>
          raw.sendMessage({ chat_id, ...fields, ...content, ...this.#preview() }, signalFor(signal)),
        );
  }

  /** What the message reads then; undefined where it did so before, or where Telegram does not tell. */
  async #replace(ref: MessageRef, content: Content, signal: AbortSignal): Promise<string | undefined> {
    const message_id = Number(ref.id);
    const body = "rich" in content ? richField(content.rich) : { ...content, ...this.#preview() };
    try {
      const edited = await this.#parts.calls.at(ref.address.chat, "editMessageText", (raw, chat_id) =>
        raw.editMessageText({ chat_id, message_id, ...body }, signalFor(signal)),
      );
      return typeof edited === "object" && "text" in edited ? edited.text : undefined;
    } catch (error) {
      if (isKind(error, "not-modified")) return undefined;
      if (isKind(error, "no-text") && !("rich" in content)) return this.#recaption(ref, content, signal);
      throw error;
    }
  }

  /** A picture has no text: what can be changed is its caption. */
  async #recaption(
    ref: MessageRef,
    { text: caption, ...parse }: Content & { readonly text: string },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const message_id = Number(ref.id);
    try {
      const edited = await this.#parts.calls.at(ref.address.chat, "editMessageCaption", (raw, chat_id) =>
        raw.editMessageCaption({ chat_id, message_id, caption, ...parse }, signalFor(signal)),
      );
      return typeof edited === "object" ? edited.caption : undefined;
    } catch (error) {
      if (isKind(error, "not-modified")) return undefined;
      throw error;
    }
  }

  #preview() {
    return this.#parts.style.linkPreview ? {} : { link_preview_options: { is_disabled: true } };
  }
}

function richField(markdown: string) {
  // What a model writes is no mention, hashtag or command of anybody's.
  return { rich_message: { markdown, skip_entity_detection: true } };
}
