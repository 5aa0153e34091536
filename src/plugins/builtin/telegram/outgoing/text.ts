import type { InlineKeyboardMarkup, Message } from "grammy/types";
import type { ChannelMemory } from "../../../channel-memory.ts";
import { PlatformError } from "../../../platform-error.ts";
import { readsLike } from "../../../seen-text.ts";
import type { Address, EditOptions, MessageRef, SendOptions, TextMessage } from "../../../types.ts";
import { messageNumber } from "../message-names.ts";
import { signalFor } from "./api.ts";
import type { Calls } from "./calls.ts";
import { type Content, type TextContent, seenOf } from "./content.ts";
import { isKind } from "./errors.ts";
import { keyboardOf } from "./keyboard.ts";
import type { Rendering } from "./rendering.ts";
import { type Wishes, wishesOf } from "./wishes.ts";

export interface TextParts {
  readonly calls: Calls;
  readonly rendering: Rendering;
  readonly memory: ChannelMemory;
  readonly linkPreview: boolean;
  /** Every message comes without a sound. */
  readonly isSilent: boolean;
}

/** An edit that did not take is made again after this long. */
const EDIT_AGAIN_MS = 1000;

interface Fields extends Wishes {
  readonly reply_markup?: InlineKeyboardMarkup;
}

/** Sends texts and puts other texts in their place. */
export class Text {
  readonly #parts: TextParts;

  constructor(parts: TextParts) {
    this.#parts = parts;
  }

  async send(to: Address, message: TextMessage, { style, signal }: SendOptions): Promise<MessageRef> {
    const { calls, rendering } = this.#parts;
    const fields = await this.#fieldsOf(to, message);
    const sent = await rendering.asTaken(message.markdown, style, (content) =>
      this.#post(to.chat, fields, content, signal),
    );
    return calls.refTo(to, sent.message_id);
  }

  /** Resolves once the message shows the text. */
  async edit(ref: MessageRef, markdown: string, { style, signal }: EditOptions): Promise<void> {
    await this.#parts.rendering.asTaken(markdown, style, async (content) => {
      const shown = await this.#replace(ref, content, signal);
      const wanted = seenOf(content);
      if (shown === undefined || wanted === undefined || readsLike(shown, wanted)) return;
      throw new PlatformError("fault", "unreachable", "The message does not show what it should.", {
        retry: { afterMs: EDIT_AGAIN_MS },
      });
    });
  }

  async #fieldsOf(to: Address, message: TextMessage): Promise<Fields> {
    const { memory, isSilent } = this.#parts;
    return {
      ...wishesOf(to, message, isSilent),
      ...(message.buttons?.some((row) => row.length > 0)
        ? { reply_markup: await keyboardOf(message.buttons, memory) }
        : {}),
    };
  }

  #post(chat: string, fields: Fields, content: Content, signal: AbortSignal): Promise<Message> {
    const { calls } = this.#parts;
    return "text" in content
      ? calls.at<Message>(chat, "sendMessage", (raw, chat_id) =>
          raw.sendMessage({ chat_id, ...fields, ...content, ...this.#preview() }, signalFor(signal)),
        )
      : calls.at<Message>(chat, "sendRichMessage", (raw, chat_id) =>
          raw.sendRichMessage({ chat_id, ...fields, ...content }, signalFor(signal)),
        );
  }

  /** What the message reads then; undefined where it did so before, or where Telegram does not tell. */
  async #replace(ref: MessageRef, content: Content, signal: AbortSignal): Promise<string | undefined> {
    const message_id = messageNumber(ref.id);
    const body = "text" in content ? { ...content, ...this.#preview() } : content;
    try {
      const edited = await this.#parts.calls.at(ref.address.chat, "editMessageText", (raw, chat_id) =>
        raw.editMessageText({ chat_id, message_id, ...body }, signalFor(signal)),
      );
      return typeof edited === "object" && "text" in edited ? edited.text : undefined;
    } catch (error) {
      if (isKind(error, "not-modified")) return undefined;
      if (isKind(error, "no-text") && "text" in content) return this.#recaption(ref, content, signal);
      throw error;
    }
  }

  /** A picture has no text: what can be changed is its caption. */
  async #recaption(
    ref: MessageRef,
    { text: caption, ...parse }: TextContent,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const message_id = messageNumber(ref.id);
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
    return this.#parts.linkPreview ? {} : { link_preview_options: { is_disabled: true } };
  }
}
