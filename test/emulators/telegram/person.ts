import type { Message, MessageEntity, Poll, ReactionType, TextQuote, User } from "@grammyjs/types";
import type { BotAccount } from "./bot-account.ts";
import type { Upload } from "../common/multipart.ts";
import { findEntities } from "./entities.ts";
import type { FileKind } from "./file-store.ts";
import { mediaContent, sampleOf, type MediaFacts } from "./media.ts";
import { letIn, letOut, setBlocked, setStanding, upgrade } from "./membership.ts";
import { commandsShown } from "./methods/commands.ts";
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

export interface UploadOptions extends SayOptions, MediaFacts {
  readonly caption?: string;
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

  /** The private chat with a bot, which this person has opened: the bot may write there. */
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

  /** Sends anything else; see `upload` for what has bytes. */
  send(room: Room, content: Content, options: SayOptions = {}): Post {
    if (room.kind === "private") room.isBlocked = false;
    else if (!room.isIn(this.id)) throw new Error(`${this.user.first_name} is not in ${room.title}`);
    if (options.thread !== undefined && !room.topics.has(options.thread))
      throw new Error("there is no such topic");
    const { thread, replyTo, quote } = options;
    return this.#world.post(room, this.user, content, {
      thread,
      replyTo,
      ...(replyTo && quote !== undefined ? { quote: quoteOf(replyTo.message, quote) } : {}),
    });
  }

  /** Sends a file; what is left out is made up. */
  upload(room: Room, kind: FileKind, file: Partial<Upload> = {}, options: UploadOptions = {}): Post {
    return this.send(
      room,
      { ...this.#fileContent(kind, file, options), ...captionOf(options.caption) },
      options,
    );
  }

  /** Sends several files at once: they arrive as messages of their own with one `media_group_id`. */
  album(
    room: Room,
    items: readonly (Partial<Upload> & { kind: FileKind; caption?: string })[],
    options: SayOptions = {},
  ): Post[] {
    const media_group_id = this.#world.newAlbumId();
    return items.map(({ kind, caption, ...file }) =>
      this.send(
        room,
        { ...this.#fileContent(kind, file, {}), ...captionOf(caption), media_group_id },
        options,
      ),
    );
  }

  location(room: Room, latitude: number, longitude: number): Post {
    return this.send(room, { location: { latitude, longitude } });
  }

  contact(room: Room, firstName: string, phoneNumber: string): Post {
    return this.send(room, { contact: { first_name: firstName, phone_number: phoneNumber } });
  }

  poll(room: Room, question: string, options: readonly string[]): Post {
    return this.send(room, { poll: pollOf(String(this.#world.seconds), question, options) });
  }

  /** The commands that the app offers in a chat. */
  commands(room: Room, bot: BotAccount): string[] {
    return commandsShown(bot, room, this.user).map(
      ({ command, description }) => `/${command} ${description}`,
    );
  }

  /** Presses the button that stops what a bot is writing. */
  stop(room: Room): void {
    const now = this.#world.clock.now();
    const draft = [...room.drafts.values()].findLast(({ canStop, untilMs }) => canStop && untilMs > now);
    const chat = room.asChat();
    if (!draft || !room.bot || chat.type !== "private")
      throw new Error("nothing is being written that could be stopped");
    if (!draft.keepOnStop) room.drafts.delete(draft.id);
    const thread = draft.thread === undefined ? {} : { message_thread_id: draft.thread };
    this.#world.tell(room.bot, "stopped_message_generation", { chat, draft_id: draft.id, ...thread }, room);
    this.#world.changed();
  }

  /** Stops the bot in its private chat. */
  block(bot: BotAccount): void {
    setBlocked(this.#world, this.dm(bot), bot, this.user, true);
  }

  unblock(bot: BotAccount): void {
    setBlocked(this.#world, this.dm(bot), bot, this.user, false);
  }

  join(room: Room): void {
    letIn(this.#world, room, this.user, this.user);
  }

  leave(room: Room): void {
    letOut(this.#world, room, this.user, this.user);
  }

  addBot(room: Room, bot: BotAccount): void {
    letIn(this.#world, room, bot.asUser(), this.user, bot);
  }

  removeBot(room: Room, bot: BotAccount): void {
    letOut(this.#world, room, bot.asUser(), this.user);
  }

  /** Makes a bot an administrator with every right, or an ordinary member again. */
  promote(room: Room, bot: BotAccount, isAdmin = true): void {
    setStanding(this.#world, room, bot.asUser(), this.user, isAdmin ? "administrator" : "member");
  }

  /** The number of a new topic. */
  openTopic(room: Room, name: string): number {
    if (!room.isForum && !room.bot?.hasTopics) throw new Error(`${room.title} has no topics`);
    return this.#world.openTopic(room, this.user, name).message.message_id;
  }

  /** Makes a supergroup of a group; what it is from now on. */
  upgrade(room: Room): Room {
    return upgrade(this.#world, room, this.user);
  }

  #fileContent(kind: FileKind, file: Partial<Upload>, facts: MediaFacts): Content {
    const upload = { ...sampleOf(kind), ...file };
    return mediaContent(this.#world.files.add(kind, upload), kind, facts);
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

function captionOf(caption: string | undefined): Content {
  if (!caption) return {};
  const entities = findEntities(caption);
  return { caption, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function pollOf(id: string, question: string, options: readonly string[]): Poll {
  return {
    id,
    question,
    options: options.map((text, index) => ({ persistent_id: String(index), text, voter_count: 0 })),
    total_voter_count: 0,
    is_closed: false,
    is_anonymous: true,
    type: "regular",
    allows_multiple_answers: false,
    allows_revoting: true,
    members_only: false,
  };
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
