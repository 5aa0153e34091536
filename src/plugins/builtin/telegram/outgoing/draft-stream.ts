import type { Address, ChannelStream, MessageRef, StreamOptions } from "../../../types.ts";
import { signalFor } from "./api.ts";
import type { Calls } from "./calls.ts";
import type { Content } from "./content.ts";
import { isKind } from "./errors.ts";
import { chatIdOf, isPrivate, threadOf } from "./place.ts";
import type { Rendering } from "./rendering.ts";
import type { Text } from "./text.ts";

export interface DraftParts {
  readonly calls: Calls;
  readonly rendering: Rendering;
  readonly text: Text;
}

/** Telegram takes a draft away after 30 s. */
const KEEP_ALIVE_MS = 20_000;
const MOST_DRAFT_ID = 2_147_483_646n;

/** Answers as drafts, in private chats where Telegram takes them. */
export class Drafts {
  readonly #parts: DraftParts;
  #isRefused = false;

  constructor(parts: DraftParts) {
    this.#parts = parts;
  }

  /** Undefined where an answer is shown by sending and editing; for good, once Telegram has refused a draft. */
  open(to: Address, options: StreamOptions): ChannelStream | undefined {
    if (options.mode !== "draft" || this.#isRefused || !isPrivate(to)) return undefined;
    return new DraftStream(this.#parts, to, options, () => {
      this.#isRefused = true;
    });
  }
}

/** Shows an answer as a draft, which is no message. One that Telegram refuses goes on as a message. */
class DraftStream implements ChannelStream {
  ref: MessageRef | undefined;
  readonly #parts: DraftParts;
  readonly #to: Address;
  readonly #options: StreamOptions;
  readonly #onRefused: () => void;
  readonly #id: number;
  #isDraft = true;

  constructor(parts: DraftParts, to: Address, options: StreamOptions, onRefused: () => void) {
    this.#parts = parts;
    this.#to = to;
    this.#options = options;
    this.#onRefused = onRefused;
    this.#id = draftIdOf(options.nonce);
  }

  get keepAliveMs(): number | undefined {
    return this.#isDraft ? KEEP_ALIVE_MS : undefined;
  }

  async show(markdown: string): Promise<void> {
    if (!this.#isDraft) return this.#showAsMessage(markdown);
    const { rendering } = this.#parts;
    try {
      await rendering.asTaken(markdown, this.#options.style, (content) => this.#draft(content));
    } catch (error) {
      if (!isKind(error, "unknown-method", "no-rights", "other")) throw error;
      this.#isDraft = false;
      this.#onRefused();
      await this.#showAsMessage(markdown);
    }
  }

  /** A draft vanishes by itself, at once when the answer comes. */
  async close(): Promise<void> {}

  #draft(content: Content): Promise<true> {
    const { calls } = this.#parts;
    const { signal } = this.#options;
    const fields = { ...threadOf(this.#to), draft_id: this.#id, can_stop: true };
    const chat_id = Number(chatIdOf(this.#to.chat));
    return "text" in content
      ? calls.make("sendMessageDraft", (raw) =>
          raw.sendMessageDraft({ chat_id, ...fields, ...content }, signalFor(signal)),
        )
      : calls.make("sendRichMessageDraft", (raw) =>
          raw.sendRichMessageDraft({ chat_id, ...fields, ...content }, signalFor(signal)),
        );
  }

  async #showAsMessage(markdown: string): Promise<void> {
    const { text } = this.#parts;
    const { replyTo } = this.#options;
    if (this.ref) await text.edit(this.ref, markdown, this.#options);
    else {
      const message = { kind: "text", markdown, ...(replyTo === undefined ? {} : { replyTo }) } as const;
      this.ref = await text.send(this.#to, message, this.#options);
    }
  }
}

/** The same for every state of a reply, and never 0: Telegram animates from one state to the next. */
function draftIdOf(nonce: string): number {
  return Number(Bun.hash.wyhash(nonce) % MOST_DRAFT_ID) + 1;
}
