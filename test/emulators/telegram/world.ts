import type { Chat, Message, MessageOrigin, TextQuote, User } from "@grammyjs/types";
import type { Clock } from "../../../src/lib/clock.ts";
import type { Fault } from "../common/faults.ts";
import { BotAccount, type BotOptions } from "./bot-account.ts";
import { hears } from "./hearing.ts";
import { FileStore } from "./file-store.ts";
import { Room, type Post } from "./room.ts";
import { UpdateQueue, type UpdateKind } from "./update-queue.ts";

/** What a message consists of, such as its text, its photo, or a service notice. */
export type Content = Partial<Omit<Message, "message_id" | "from" | "chat" | "date">>;

export interface PostOptions {
  readonly thread?: number | undefined;
  readonly replyTo?: Post | undefined;
  readonly quote?: TextQuote | undefined;
  readonly forwardOf?: MessageOrigin | undefined;
  readonly isSilent?: boolean | undefined;
}

/** A text that a bot sent and Telegram accepted, as it came. */
export interface AcceptedText {
  readonly method: string;
  readonly chat: number;
  readonly text: string;
  readonly parseMode: string | undefined;
}

/** A button that was pressed, and what the person was shown. */
export interface PressedButton {
  readonly bot: BotAccount;
  readonly untilMs: number;
  isAnswered: boolean;
  /** The notice that the bot answered with. */
  notice?: string;
}

/** Everything there is: people, bots, chats, files. The user's side and the bots' side both act on it. */
export class World {
  readonly clock: Clock;
  readonly bots: BotAccount[] = [];
  readonly people: User[] = [];
  readonly rooms: Room[] = [];
  readonly files = new FileStore();
  readonly texts: AcceptedText[] = [];
  /** Buttons that were pressed, by the id of the query. */
  readonly queries = new Map<string, PressedButton>();
  /** What the server was asked that no bot should ask: unknown methods, unknown fields. */
  readonly complaints: string[] = [];
  /** Set by the server: what goes wrong with an update. */
  faultOf: (kind: UpdateKind, room: Room) => Fault | undefined = () => undefined;
  #listeners = new Set<() => void>();
  #nextBot = 7_000_000_001;
  #nextUser = 500_000_001;
  #nextGroup = 4_000_001;
  #nextSupergroup = 1_002_000_000_001;
  #nextMessage = 100;
  #nextAlbum = 1;
  #nextUpdate = 870_000_000;
  readonly #nextIn = new Map<Room, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  addBot(options: BotOptions): BotAccount {
    const updates = new UpdateQueue(this.clock, (this.#nextUpdate += 1000));
    const bot = new BotAccount(this.#nextBot++, options, updates);
    this.bots.push(bot);
    return bot;
  }

  addUser(facts: Omit<User, "id" | "is_bot"> & { readonly id?: number }): User {
    const user: User = { ...facts, id: facts.id ?? this.#nextUser++, is_bot: false };
    this.people.push(user);
    return user;
  }

  addGroup(options: {
    kind: "group" | "supergroup";
    title: string;
    username?: string;
    isForum?: boolean;
  }): Room {
    const id = options.kind === "group" ? -this.#nextGroup++ : -this.#nextSupergroup++;
    const room = new Room({ ...options, id });
    room.isForum = options.isForum ?? false;
    this.rooms.push(room);
    return room;
  }

  /** The private chat of the two; made when first asked for. */
  privateRoom(person: User, bot: BotAccount): Room {
    const known = this.rooms.find((room) => room.person === person && room.bot === bot);
    if (known) return known;
    const { id, first_name: title, username } = person;
    const room = new Room({ kind: "private", id, title, username, person, bot });
    this.rooms.push(room);
    return room;
  }

  /** Says something in a chat, and tells the bots that may hear it. */
  post(room: Room, from: User, content: Content, options: PostOptions = {}): Post {
    const { replyTo, quote, forwardOf, isSilent = false } = options;
    const message: Message = {
      message_id: this.#takeMessageId(room),
      from,
      chat: room.asChat(),
      date: this.seconds,
      ...this.#threadOf(room, options),
      ...(replyTo ? { reply_to_message: withoutReply(replyTo.message) } : {}),
      ...(quote ? { quote } : {}),
      ...(forwardOf ? { forward_origin: forwardOf } : {}),
      ...content,
    };
    const post: Post = {
      room,
      message,
      earlier: [],
      reactions: new Map(),
      isSilent,
      isPinned: false,
      isDeleted: false,
    };
    room.posts.push(post);
    if (from.is_bot) this.#settleAfter(room, from.id, message.message_thread_id);
    for (const bot of room.bots.values()) {
      if (hears(bot, room, message)) this.tell(bot, "message", asUpdate(message), room);
    }
    this.changed();
    return post;
  }

  /** Puts other content in the place of a message's; a person's edit is told to the bots that may hear it. */
  revise(post: Post, content: Content): void {
    const { message, room } = post;
    post.earlier.push(message.text ?? message.caption ?? "");
    post.message = { ...message, ...content, edit_date: this.seconds };
    if (!message.from?.is_bot) {
      const edited = { ...asUpdate(post.message), edit_date: this.seconds };
      for (const bot of room.bots.values()) {
        if (hears(bot, room, post.message)) this.tell(bot, "edited_message", edited, room);
      }
    }
    this.changed();
  }

  /** Puts an update in a bot's line. */
  tell<K extends UpdateKind>(
    bot: BotAccount,
    kind: K,
    value: Parameters<typeof bot.updates.push<K>>[1],
    room: Room,
    lifeMs?: number,
  ): void {
    const fault = this.faultOf(kind, room);
    if (fault?.kind === "delay") {
      void this.clock
        .sleep(fault.ms)
        .then(() => bot.updates.push(kind, value, { lane: String(room.id), lifeMs }));
      return;
    }
    const known = fault?.kind === "duplicate" || fault?.kind === "reorder" ? fault.kind : undefined;
    bot.updates.push(kind, value, { lane: String(room.id), lifeMs, fault: known });
  }

  /** Opens a query for a button that was pressed; the bot may answer it for a while. */
  openQuery(bot: BotAccount, lifeMs: number): string {
    const id = String(4_500_000_000_000 + this.queries.size);
    this.queries.set(id, { bot, untilMs: this.clock.now() + lifeMs, isAnswered: false });
    return id;
  }

  newAlbumId(): string {
    return String(13_900_000_000_000 + this.#nextAlbum++);
  }

  /** Opens a topic; the message that says so, whose number is the topic's. */
  openTopic(room: Room, by: User, name: string): Post {
    const post = this.post(room, by, { forum_topic_created: { name, icon_color: 0x6fb9f0 } });
    const id = post.message.message_id;
    post.message = { ...post.message, message_thread_id: id, is_topic_message: true };
    room.topics.set(id, { id, name, isClosed: false, madeBy: by.id });
    return post;
  }

  #takeMessageId(room: Room): number {
    if (room.kind !== "supergroup") return this.#nextMessage++;
    // The first message is the one that the group was made with, and the number of the general topic.
    const id = this.#nextIn.get(room) ?? 2;
    this.#nextIn.set(room, id + 1);
    return id;
  }

  /** In a forum the topic; in any other supergroup the first message of a chain of replies. */
  #threadOf(room: Room, { thread, replyTo }: PostOptions): Content {
    if (thread !== undefined) {
      const start = replyTo ? undefined : room.find(thread);
      return {
        message_thread_id: thread,
        is_topic_message: true,
        ...(start ? { reply_to_message: withoutReply(start.message) } : {}),
      };
    }
    if (room.kind !== "supergroup" || room.isForum || !replyTo) return {};
    return { message_thread_id: replyTo.message.message_thread_id ?? replyTo.message.message_id };
  }

  /** A bot that has spoken types no more, and its draft gives way to the message. */
  #settleAfter(room: Room, botId: number, thread: number | undefined): void {
    room.lastBot = botId;
    room.typing.delete(botId);
    for (const [id, draft] of room.drafts) if (draft.thread === thread) room.drafts.delete(id);
  }
}

/** What is shown of a message that another one answers: all but what it answers itself. */
export function withoutReply(message: Message): Message & { reply_to_message: undefined } {
  const { reply_to_message: _, ...rest } = message;
  // The types want the field to be there and undefined, which JSON leaves out.
  return rest as Message & { reply_to_message: undefined };
}

type Heard = Message & { chat: Exclude<Chat, Chat.ChannelChat>; from: User };

/** People write in chats that are no channels, and nobody writes without a name. */
function asUpdate(message: Message): Heard {
  const { chat, from } = message;
  if (chat.type === "channel" || from === undefined) throw new Error("a channel post is no message");
  return { ...message, chat, from };
}
