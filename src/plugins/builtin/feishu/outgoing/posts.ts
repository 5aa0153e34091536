import type { ChannelMemory } from "../../../channel-memory.ts";
import { isKindOf, PlatformError } from "../../../platform-error.ts";
import type { Address, MessageRef } from "../../../types.ts";
import { topicOf } from "../places.ts";
import type { Calls } from "./calls.ts";

/** A message as Feishu takes it. */
export interface MessageBody {
  readonly type: "text" | "interactive" | "image" | "file" | "audio" | "media";
  readonly content: Readonly<Record<string, unknown>>;
}

export interface PostOptions {
  /** The same for every attempt: of two with the same, Feishu shows one within an hour. */
  readonly nonce: string;
  readonly replyTo?: string | undefined;
  readonly signal: AbortSignal;
  /** Whoever makes the call repeats it soon, while Feishu still knows the nonce. */
  readonly mayRepeat?: boolean;
}

interface Listed {
  readonly items?: readonly { readonly message_id?: string; readonly deleted?: boolean }[];
}

/** Feishu remembers for an hour what it has sent; the attempt itself takes some of it. */
export const NONCE_WINDOW_MS = 3_540_000;
const MESSAGES = "/open-apis/im/v1/messages";
const LONGEST_UUID = 50;
const SLOTS = 512;
/** So many messages of a topic are looked at for one that can be answered. */
const MOST_LISTED = 20;

/** Puts messages into chats and topics, as answers where they are some. */
export class Posts {
  readonly #calls: Calls;
  readonly #memory: ChannelMemory;

  constructor(calls: Calls, memory: ChannelMemory) {
    this.#calls = calls;
    this.#memory = memory;
  }

  /** A message that is to be answered and is gone changes nothing but that. */
  async send(to: Address, body: MessageBody, options: PostOptions): Promise<MessageRef> {
    const { replyTo } = options;
    const topic = topicOf(to);
    if (replyTo?.startsWith(MESSAGE) === true) {
      const sent = await this.#orGone(() => this.#reply(to, replyTo, body, options));
      if (sent) return sent;
    }
    return topic === undefined
      ? this.#create(to, body, options)
      : this.#sendInTopic(to, topic, body, options);
  }

  async #create(to: Address, body: MessageBody, options: PostOptions): Promise<MessageRef> {
    return this.#post(to, options, {
      path: MESSAGES,
      query: { receive_id_type: idTypeOf(to.chat) },
      body: { receive_id: to.chat, ...fieldsOf(body, options) },
    });
  }

  async #reply(to: Address, message: string, body: MessageBody, options: PostOptions): Promise<MessageRef> {
    return this.#post(to, options, {
      path: `${messagePath(message)}/reply`,
      body: {
        ...fieldsOf(body, options),
        ...(topicOf(to) === undefined ? {} : { reply_in_thread: true }),
      },
    });
  }

  async #post(
    to: Address,
    { signal, mayRepeat = false }: PostOptions,
    call: {
      readonly path: string;
      readonly query?: Record<string, string>;
      readonly body: Record<string, unknown>;
    },
  ): Promise<MessageRef> {
    const sent = await this.#calls.make<{ readonly message_id?: string }>(
      { method: "POST", ...call, signal },
      { mayRepeat },
    );
    if (sent.message_id === undefined) {
      throw new PlatformError("fault", "unreachable", "Feishu names no message for what it took.", {
        outcome: "unknown",
      });
    }
    return { address: to, id: sent.message_id };
  }

  /** Into a topic leads only an answer to one of its messages. */
  async #sendInTopic(
    to: Address,
    topic: string,
    body: MessageBody,
    options: PostOptions,
  ): Promise<MessageRef> {
    const known = await this.#knownIn(topic);
    if (known !== undefined) {
      const sent = await this.#orGone(() => this.#reply(to, known, body, options));
      if (sent) return sent;
    }
    const found = await this.#findIn(topic, options.signal);
    await this.#memory.set(slotOf(topic), `${topic} ${found}`);
    return this.#reply(to, found, body, options);
  }

  async #knownIn(topic: string): Promise<string | undefined> {
    const kept = await this.#memory.get(slotOf(topic));
    return kept?.startsWith(`${topic} `) === true ? kept.slice(topic.length + 1) : undefined;
  }

  async #findIn(topic: string, signal: AbortSignal): Promise<string> {
    const { items = [] } = await this.#calls.make<Listed>({
      method: "GET",
      path: MESSAGES,
      query: { container_id_type: "thread", container_id: topic, page_size: MOST_LISTED },
      signal,
    });
    const found = items.find(({ deleted, message_id }) => deleted !== true && message_id !== undefined);
    if (found?.message_id === undefined) {
      throw new PlatformError("chat-gone", "not-found", "There is no such topic in Feishu any more.");
    }
    return found.message_id;
  }

  async #orGone(send: () => Promise<MessageRef>): Promise<MessageRef | undefined> {
    try {
      return await send();
    } catch (error) {
      if (!isKindOf(error, "message-gone")) throw error;
      return undefined;
    }
  }
}

const MESSAGE = "om_";

/** Where a message is changed, taken back, or looked at. */
export function messagePath(message: string): string {
  return `${MESSAGES}/${encodeURIComponent(message)}`;
}

function fieldsOf({ type, content }: MessageBody, { nonce }: PostOptions): Record<string, unknown> {
  return { msg_type: type, content: JSON.stringify(content), uuid: uuidOf(nonce) };
}

/** What Feishu drops a second copy by. */
function uuidOf(nonce: string): string {
  if (nonce.length <= LONGEST_UUID) return nonce;
  return new Bun.CryptoHasher("sha256").update(nonce).digest("base64url");
}

/** What kind of id people and chats are written with, by its beginning. */
function idTypeOf(chat: string): string {
  if (chat.startsWith("oc_")) return "chat_id";
  if (chat.startsWith("ou_")) return "open_id";
  if (chat.startsWith("on_")) return "union_id";
  return chat.includes("@") ? "email" : "user_id";
}

function slotOf(topic: string): string {
  return `topic/${Number(Bun.hash.wyhash(topic) % BigInt(SLOTS))}`;
}
