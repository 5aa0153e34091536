import type { RESTPatchAPIChannelMessageResult } from "discord-api-types/v10";
import type { ChannelMemory } from "../../../channel-memory.ts";
import { PlatformError } from "../../../platform-error.ts";
import { readsLike } from "../../../seen-text.ts";
import type { Address, EditOptions, MessageRef, SendOptions, TextMessage } from "../../../types.ts";
import type { Formatter } from "../format/format.ts";
import type { Calls } from "./calls.ts";
import { componentsOf } from "./components.ts";
import { contentOf } from "./content.ts";
import { inDoubt, isKind } from "./errors.ts";
import { messagePath } from "./place.ts";
import { post } from "./post.ts";
import { NOBODY, type OutgoingStyle, wishesOf } from "./wishes.ts";

export interface TextParts {
  readonly calls: Calls;
  readonly formatter: Formatter;
  readonly memory: ChannelMemory;
  readonly style: OutgoingStyle;
}

/** An edit that did not take is made again after this long. */
const EDIT_AGAIN_MS = 1000;

/** Sends texts and puts other texts in their place. */
export class Text {
  readonly #parts: TextParts;

  constructor(parts: TextParts) {
    this.#parts = parts;
  }

  /** Resolves once a message shows the text, also where one with the same nonce was there with another text. */
  async send(to: Address, message: TextMessage, options: SendOptions): Promise<MessageRef> {
    const { calls, formatter, memory, style } = this.#parts;
    const { markdown, buttons = [] } = message;
    const components = await componentsOf(buttons, memory);
    const wanted = contentOf(markdown, options.style, formatter);
    const body = {
      ...wishesOf(message, options.nonce, style),
      content: wanted,
      ...(components.length > 0 ? { components } : {}),
    };
    const { id, content } = await post(calls, to, body, { signal: options.signal });
    const sent = { address: to, id };
    if (readsLike(content, wanted)) return sent;
    // It was sent before, and said something else then: an answer that has grown since. What it reads now is what
    // Discord makes of the text.
    try {
      await this.#replace(sent, wanted, { ...options, buttons });
    } catch (error) {
      throw inDoubt(error);
    }
    return sent;
  }

  /** Resolves once the message shows the text. */
  async edit(ref: MessageRef, markdown: string, options: EditOptions): Promise<void> {
    const wanted = contentOf(markdown, options.style, this.#parts.formatter);
    const shown = await this.#replace(ref, wanted, options);
    if (readsLike(shown, wanted)) return;
    throw new PlatformError("fault", "unreachable", "The message does not show what it should.", {
      retry: { afterMs: EDIT_AGAIN_MS },
    });
  }

  /** What the message reads then. A thread that has gone to sleep is opened again, as a new message would do. */
  async #replace(ref: MessageRef, content: string, options: EditOptions): Promise<string> {
    const { calls, memory } = this.#parts;
    const { buttons = [], signal } = options;
    // Files stay, as long as none are named.
    const components = await componentsOf(buttons, memory);
    const body = { content, components, allowed_mentions: NOBODY };
    const patch = () =>
      calls.at<RESTPatchAPIChannelMessageResult>(
        ref.address,
        (channel) => ({ method: "PATCH", path: messagePath(channel, ref.id), body }),
        { signal },
      );
    try {
      return (await patch()).content;
    } catch (error) {
      if (!isKind(error, "archived")) throw error;
      await this.#reopen(ref.address, error, signal);
      return (await patch()).content;
    }
  }

  async #reopen(thread: Address, cause: unknown, signal: AbortSignal): Promise<void> {
    try {
      const body = { archived: false };
      const path = (channel: string) => ({ method: "PATCH", path: `/channels/${channel}`, body }) as const;
      await this.#parts.calls.at(thread, path, { signal });
    } catch (error) {
      // That the thread is closed says more than that it cannot be opened.
      throw isKind(error, "no-rights", "no-access", "archived") ? cause : error;
    }
  }
}
