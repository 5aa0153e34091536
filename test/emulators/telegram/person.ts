import type { Message, MessageEntity, ReactionType, TextQuote, User } from "@grammyjs/types";
import type { BotAccount } from "./bot-account.ts";
import { findEntities } from "./entities.ts";
import { contentOf } from "./methods/messages.ts";
import type { Post, Room } from "./room.ts";
import { TEXT_LIMIT } from "./text.ts";
import type { Content, World } from "./world.ts";

export interface SayOptions {
  /** The topic to write in. */
  readonly thread?: number | undefined;
  readonly replyTo?: Post | undefined;
  /** The part of `replyTo` that is quoted. */
  readonly quote?: string | undefined;
  /** Formatting and mentions by name, beside what Telegram finds by itself. */
  readonly entities?: readonly MessageEntity[] | undefined;
}

const CALLBACK_LIFE_MS = 150_000;

/** A person with a Telegram app: whatever they do shows in the chat and reaches the bots that may hear it. */
export class Person {
  readonly user: User;
  readonly #world: World;

  constructor(world: World, user: User) {
    this.#world = world;
    this.user = user;
  }

  get id(): number {
    return this.user.id;
  }

  /** The private chat with a bot. */
  dm(bot: BotAccount): Room {
    return this.#world.privateRoom(this.user, bot);
  }

  /** Writes; a text that is too long goes out in several messages, of which this is the first. */
  say(room: Room, text: string, options: SayOptions = {}): Post {
    const [first] = this.paste(room, text, options);
    if (!first) throw new Error("nobody can send an empty message");
    return first;
  }

  /** Writes; all the messages that a text became. */
  paste(room: Room, text: string, options: SayOptions = {}): Post[] {
    return cutLikeAClient(text).map((piece, index) => {
      const entities = findEntities(piece, index === 0 ? options.entities : []);
      return this.send(
        room,
        { text: piece, ...(entities.length > 0 ? { entities } : {}) },
        index === 0 ? options : { thread: options.thread },
      );
    });
  }

  reply(post: Post, text: string, options: SayOptions = {}): Post {
    return this.say(post.room, text, { thread: topicOf(post), ...options, replyTo: post });
  }

  /** Answers a part of a message. */
  quote(post: Post, part: string, text: string): Post {
    return this.reply(post, text, { quote: part });
  }

  edit(post: Post, text: string): void {
    if (post.message.from?.id !== this.id) throw new Error("nobody can edit what others wrote");
    const entities = findEntities(text);
    const { entities: _old, caption_entities: _oldToo, ...rest } = post.message;
    post.message = rest;
    const found = entities.length > 0;
    const isText = rest.text !== undefined;
    const content: Content = isText
      ? { text, ...(found ? { entities } : {}) }
      : { caption: text, ...(found ? { caption_entities: entities } : {}) };
    this.#world.revise(post, content);
  }

  /** Takes a message away; bots are not told. */
  remove(post: Post): void {
    post.isDeleted = true;
    this.#world.changed();
  }

  forward(post: Post, room: Room, thread?: number): Post {
    const { from, date } = post.message;
    if (!from) throw new Error("nobody wrote it");
    const forwardOf = { type: "user" as const, sender_user: from, date };
    return this.#world.post(room, this.user, contentOf(post.message), { thread, forwardOf });
  }

  /** Puts emoji under a message instead of those that this person had put there; none takes them away. */
  react(post: Post, ...emoji: readonly string[]): void {
    const before = post.reactions.get(this.id) ?? [];
    // People may choose what the types list, and Telegram Premium more.
    const after = emoji.map((each) => ({ type: "emoji", emoji: each }) as ReactionType);
    if (after.length > 0) post.reactions.set(this.id, after);
    else post.reactions.delete(this.id);
    const { room, message } = post;
    for (const bot of room.bots.values()) {
      if (room.kind !== "private" && !room.isAdmin(bot.id)) continue;
      const change = {
        chat: room.asChat(),
        message_id: message.message_id,
        user: this.user,
        date: this.#world.seconds,
        old_reaction: [...before],
        new_reaction: after,
      };
      this.#world.tell(bot, "message_reaction", change, room);
    }
    this.#world.changed();
  }

  /** Presses the button with that label; the id by which the bot answers. */
  press(post: Post, label: string): string {
    const buttons = post.message.reply_markup?.inline_keyboard.flat() ?? [];
    const button = buttons.find(({ text }) => text === label);
    if (!button || !("callback_data" in button))
      throw new Error(`no button ${label} in ${JSON.stringify(buttons)}`);
    const bot = [...post.room.bots.values()].find(({ id }) => id === post.message.from?.id);
    if (!bot) throw new Error("the message is no bot's");
    const id = this.#world.openQuery(bot, CALLBACK_LIFE_MS);
    const query = {
      id,
      from: this.user,
      message: post.message,
      chat_instance: String(post.room.id * 7919),
      data: button.callback_data,
    };
    this.#world.tell(bot, "callback_query", query, post.room, CALLBACK_LIFE_MS);
    return id;
  }

  /** Sends anything else; see `files.ts` for what has bytes. */
  send(room: Room, content: Content, options: SayOptions = {}): Post {
    if (room.kind === "private") room.isBlocked = false;
    else if (!room.isIn(this.id)) throw new Error(`${this.user.first_name} is not in ${room.title}`);
    const { thread, replyTo, quote } = options;
    return this.#world.post(room, this.user, content, {
      thread,
      replyTo,
      ...(replyTo && quote !== undefined ? { quote: quoteOf(replyTo.message, quote) } : {}),
    });
  }

  /** Stops the bot in its private chat. */
  block(bot: BotAccount): void {
    this.#setBlocked(bot, true);
  }

  unblock(bot: BotAccount): void {
    this.#setBlocked(bot, false);
  }

  #setBlocked(bot: BotAccount, isBlocked: boolean): void {
    const room = this.dm(bot);
    if (room.isBlocked === isBlocked) return;
    room.isBlocked = isBlocked;
    const member = { status: "member", user: bot.asUser() } as const;
    const kicked = { status: "kicked", user: bot.asUser(), until_date: 0 } as const;
    const change = {
      chat: room.asChat(),
      from: this.user,
      date: this.#world.seconds,
      old_chat_member: isBlocked ? member : kicked,
      new_chat_member: isBlocked ? kicked : member,
    };
    this.#world.tell(bot, "my_chat_member", change, room);
    this.#world.changed();
  }
}

function topicOf({ message }: Post): number | undefined {
  return message.is_topic_message ? message.message_thread_id : undefined;
}

function quoteOf(message: Message, text: string): TextQuote {
  const position = (message.text ?? message.caption ?? "").indexOf(text);
  if (position < 0) throw new Error(`nothing to quote: ${text}`);
  return { text, position, is_manual: true };
}

/** Apps cut a text that is too long, at white space where they can, and send the parts one after the other. */
function cutLikeAClient(text: string): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > TEXT_LIMIT) {
    const head = rest.slice(0, TEXT_LIMIT);
    const space = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    const end = space > TEXT_LIMIT / 2 ? space : TEXT_LIMIT - (isHighSurrogate(head) ? 1 : 0);
    pieces.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? pieces : [...pieces, rest];
}

function isHighSurrogate(head: string): boolean {
  return /[\uD800-\uDBFF]$/.test(head);
}
