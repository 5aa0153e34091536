import { isWithin } from "../../../../lib/clock.ts";
import { cutText } from "../../../../lib/cut-text.ts";
import { RecentMap } from "../../../../lib/recent-map.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Address, Logger } from "../../../types.ts";
import { refusedAs } from "../outgoing/errors.ts";
import type { AppCalls } from "./app-calls.ts";
import { type FileIn, readContent } from "./content.ts";
import { Mentions, openIdOf } from "./mentions.ts";
import type { FetchedMessage } from "./wire.ts";

/** A message as far as it matters for others that speak of it. */
export interface KnownMessage {
  readonly spot: { readonly chat: string; readonly topic?: string | undefined };
  /** The `open_id` of whoever wrote it; absent for bots. */
  readonly author?: string | undefined;
  readonly isOurs: boolean;
  readonly text: string;
  readonly files: readonly FileIn[];
  /** What was recorded, where it was this process that heard or said it. */
  readonly address?: Address | undefined;
}

export interface DirectoryParts {
  readonly calls: Pick<AppCalls, "message" | "personName" | "chat">;
  readonly appId: string;
  /** The `open_id` of our bot. */
  readonly bot: string;
  readonly memory: ChannelMemory;
  /** Messages that this process has heard or said. */
  readonly messages: RecentMap<KnownMessage>;
  readonly now: () => number;
  readonly log: Logger;
}

/** People change their names; whoever may not be asked about may be later. */
const NAME_LIVES_MS = 6 * 3_600_000;
const REFUSAL_LIVES_MS = 600_000;
/** A crowd that writes at once is not asked about one by one. */
const LIMIT_LIVES_MS = 10_000;
const MOST_NAMES = 2000;
const MOST_CHATS = 2000;
/** A quoted message is told no longer than this. */
export const MOST_TEXT = 1000;
const SHORT_ID = 8;

/**
 * Who and what Feishu's ids stand for. What is not known is asked about, once; without an answer there is a name
 * made of the id, and a message is told without what would only have explained it.
 */
export class Directory {
  readonly #parts: DirectoryParts;
  readonly #names = new RecentMap<{ readonly name: string; readonly atMs: number; readonly livesMs: number }>(
    MOST_NAMES,
  );
  readonly #asking = new Map<string, Promise<string | undefined>>();
  readonly #groups = new RecentMap<true>(MOST_CHATS);
  #refused = { atMs: 0, livesMs: 0 };

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** What somebody is called. Never rejects. */
  async nameOf(openId: string, signal: AbortSignal): Promise<string> {
    const now = this.#parts.now();
    const known = this.#names.get(openId);
    if (known && isWithin(known.livesMs, known.atMs, now)) return known.name;
    const { atMs, livesMs } = this.#refused;
    const asked = isWithin(livesMs, atMs, now) ? undefined : await this.#askOnce(openId, signal);
    return asked ?? known?.name ?? shortName(openId);
  }

  /** Of a hundred messages that one person wrote and another forwards, each would ask. */
  #askOnce(openId: string, signal: AbortSignal): Promise<string | undefined> {
    const asking =
      this.#asking.get(openId) ??
      this.#askName(openId, signal).finally(() => void this.#asking.delete(openId));
    this.#asking.set(openId, asking);
    return asking;
  }

  /** A name that the platform has told beside something else. */
  learnName(openId: string | undefined, name: string | undefined): void {
    if (!openId || !name) return;
    this.#names.set(openId, { name, atMs: this.#parts.now(), livesMs: NAME_LIVES_MS });
  }

  /** That `chat` is the private chat of the person, as the platform tells of messages only. */
  async learnPrivateChat(chat: string, person: string): Promise<void> {
    await this.#parts.memory.set(chatKey(chat), person);
  }

  /** The person of a private chat; undefined for a group. `other` is somebody who is in the chat, if known. */
  async personIn(chat: string, other: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (this.#groups.get(chat)) return undefined;
    const known = await this.#parts.memory.get(chatKey(chat));
    if (known !== undefined) return known;
    const mode = await this.#modeOf(chat, signal);
    if (mode === "p2p") {
      if (other !== undefined) await this.learnPrivateChat(chat, other);
      return other;
    }
    if (mode !== undefined) this.#groups.set(chat, true);
    return undefined;
  }

  /** That `chat` is a group. */
  learnGroup(chat: string): void {
    this.#groups.set(chat, true);
  }

  /** A message that something refers to. Rejects where it is not known and Feishu does not tell. */
  async message(id: string, signal: AbortSignal): Promise<KnownMessage | undefined> {
    const known = this.#parts.messages.get(id);
    if (known) return known;
    const [fetched] = await this.#parts.calls.message(id, signal);
    const read = fetched && this.#read(fetched);
    if (read) this.#parts.messages.set(id, read);
    return read;
  }

  learnMessage(id: string, message: KnownMessage): void {
    this.#parts.messages.set(id, { ...message, text: cutText(message.text, MOST_TEXT) });
  }

  /** The messages that one forwards together, a line each, with who wrote them. Rejects as the call does. */
  async forwarded(id: string, signal: AbortSignal): Promise<readonly string[]> {
    const [, ...rest] = await this.#parts.calls.message(id, signal);
    return Promise.all(rest.map((one) => this.#lineOf(one, signal)));
  }

  async #lineOf(one: FetchedMessage, signal: AbortSignal): Promise<string> {
    const read = this.#read(one);
    const author = read?.author;
    const name = author === undefined ? "a bot" : await this.nameOf(author, signal);
    const files = read?.files.map(({ kind, name: file }) => `[${kind}${file ? `: ${file}` : ""}]`) ?? [];
    return `${name}: ${[read?.text ?? "", ...files].filter((part) => part !== "").join(" ")}`;
  }

  #read(message: FetchedMessage): KnownMessage | undefined {
    const { msg_type = "", body, mentions = [], chat_id, thread_id, sender, deleted } = message;
    if (chat_id === undefined) return undefined;
    const isPerson = sender?.sender_type === "user";
    for (const { id, name } of mentions) this.learnName(openIdOf(id), name);
    const content = deleted ? undefined : readContent(msg_type, body?.content ?? "");
    return {
      spot: { chat: chat_id, topic: thread_id },
      author: isPerson ? sender.id : undefined,
      isOurs: sender?.id === this.#parts.appId,
      text: cutText(new Mentions(mentions, this.#parts.bot).named(content?.text ?? ""), MOST_TEXT),
      files: content?.files ?? [],
    };
  }

  /** Undefined where Feishu does not want to tell. */
  async #modeOf(chat: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.#parts.calls.chat(chat, signal)).chat_mode;
    } catch (error) {
      if (refusedAs(error) === undefined) throw error;
      this.#parts.log.debug({ error }, "what kind of chat it is could not be looked up");
      return undefined;
    }
  }

  async #askName(openId: string, signal: AbortSignal): Promise<string | undefined> {
    const { calls, log, now } = this.#parts;
    try {
      const name = await calls.personName(openId, signal);
      // Without the scope for it Feishu answers without the name.
      if (name === undefined) this.#leaveOut(openId);
      else this.learnName(openId, name);
      return name;
    } catch (error) {
      const refused = refusedAs(error);
      // The same again would only take time, and calls of the month.
      if (refused === "no-scope") this.#refused = { atMs: now(), livesMs: REFUSAL_LIVES_MS };
      else if (refused === "rate-limited") this.#refused = { atMs: now(), livesMs: LIMIT_LIVES_MS };
      else if (refused !== undefined) this.#leaveOut(openId);
      log.debug({ error }, "a name could not be looked up");
      return undefined;
    }
  }

  /** Somebody whom the app may not know, such as a guest of another organisation. */
  #leaveOut(openId: string): void {
    const name = this.#names.get(openId)?.name ?? shortName(openId);
    this.#names.set(openId, { name, atMs: this.#parts.now(), livesMs: REFUSAL_LIVES_MS });
  }
}

/** As much of an id as tells people apart. */
export function shortName(openId: string): string {
  return openId.replace(/^ou_/, "").slice(0, SHORT_ID);
}

const chatKey = (chat: string) => `dm/${chat}`;
