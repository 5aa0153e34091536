import type { AppAccount } from "./app-account.ts";
import type { CardPart } from "./card-shape.ts";
import type { Content } from "./content.ts";
import { EMOJI_TYPES } from "./emoji-types.ts";
import { enteredEvent } from "./events.ts";
import type { StoredFile } from "./file-store.ts";
import { addBot, addUsers, disband, removeBot, removeUser, rename } from "./membership.ts";
import type { Press } from "./press.ts";
import type { PressSender } from "./press-sender.ts";
import type { Mention, Post, Room } from "./room.ts";
import type { Actor, User } from "./user.ts";
import type { PostOptions, World } from "./world.ts";

/** Whom a message names: a bot, a person, or everybody. */
export type Named = AppAccount | Person | "all";

export type SayOptions = Pick<PostOptions, "replyTo" | "isInThread">;

/** A part of a rich text as it goes over the wire; `at` takes whom it names. */
export type PostPart = CardPart | { readonly tag: "at"; readonly who: Named };

export type UploadKind = "image" | "file" | "audio" | "media";

const SAMPLES: Readonly<Record<UploadKind, { name: string; mimeType: string; bytes: Uint8Array }>> = {
  image: {
    name: "image.png",
    mimeType: "image/png",
    bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  },
  file: { name: "notes.txt", mimeType: "text/plain", bytes: new TextEncoder().encode("notes") },
  audio: { name: "voice.opus", mimeType: "audio/ogg", bytes: new TextEncoder().encode("OggS") },
  media: { name: "film.mp4", mimeType: "video/mp4", bytes: new TextEncoder().encode("ftypmp42") },
};

/** A person with the app: whatever they do shows in the chat and reaches the apps that may hear it. */
export class Person {
  readonly user: User;
  readonly #world: World;
  readonly #presses: PressSender;

  constructor(world: World, presses: PressSender, user: User) {
    this.#world = world;
    this.#presses = presses;
    this.user = user;
  }

  get name(): string {
    return this.user.name;
  }

  /** By what an app knows this person. */
  openIdIn(app: AppAccount): string {
    return this.user.openIdIn(app);
  }

  /** The chat with a bot. */
  dm(app: AppAccount): Room {
    return this.#world.p2pRoom(this.user, app);
  }

  /** Writes a text. */
  say(room: Room, text: string, options: SayOptions = {}): Post {
    return this.#send(room, plain("text", { text }), options);
  }

  /** Writes a text that begins by naming somebody, or several. */
  mention(room: Room, who: Named | readonly Named[], text: string, options: SayOptions = {}): Post {
    const list = typeof who === "object" && "length" in who ? who : [who];
    const { keys, mentions } = keysOf(list);
    const content = { text: `${keys.join(" ")} ${text}` };
    return this.#send(
      room,
      { ...plain("text", content), mentions, mentionsAll: list.includes("all") },
      options,
    );
  }

  /** Writes a rich text, a list of parts for each paragraph. */
  post(
    room: Room,
    { title = "", content }: { title?: string; content: readonly (readonly PostPart[])[] },
    options: SayOptions = {},
  ): Post {
    const who = content.flat().flatMap((part) => ("who" in part ? [part.who as Named] : []));
    const { keys, mentions } = keysOf(who);
    let next = 0;
    const paragraphs = content.map((paragraph) =>
      paragraph.map((part) => {
        if (!("who" in part)) return part;
        const key = keys[next];
        const named = who[next++];
        return { tag: "at", user_id: key, user_name: named === "all" ? "all" : named?.name, style: [] };
      }),
    );
    const written = plain("post", { title, content: paragraphs });
    return this.#send(room, { ...written, mentions, mentionsAll: who.includes("all") }, options);
  }

  reply(post: Post, text: string): Post {
    return this.say(post.room, text, { replyTo: post });
  }

  /** Answers in the topic of a message, which is opened by that if there is none. */
  replyInThread(post: Post, text: string): Post {
    return this.say(post.room, text, { replyTo: post, isInThread: true });
  }

  /** Changes a text; apps are not told. */
  edit(post: Post, text: string): void {
    if (post.from !== this.user) throw new Error("nobody can edit what others wrote");
    const { mentions } = post;
    this.#world.revise(post, { ...plain("text", { text }), mentions });
  }

  /** Takes a message back; also one of others where this person owns the group. */
  recall(post: Post): void {
    if (post.from !== this.user && post.room.owner !== this.user)
      throw new Error("nobody can recall what others wrote");
    this.#world.recall(post, this.user);
  }

  /** Puts a reaction under a message, by its name, such as `THUMBSUP`. */
  react(post: Post, emojiType: string): void {
    if (!EMOJI_TYPES.has(emojiType)) throw new Error(`there is no reaction ${emojiType}`);
    this.#world.react(post, this.user, emojiType);
  }

  unreact(post: Post, emojiType: string): void {
    const reaction = post.reactions.find((each) => each.by === this.user && each.emojiType === emojiType);
    if (!reaction) throw new Error(`${this.name} has not reacted with ${emojiType}`);
    this.#world.unreact(post, reaction);
  }

  /** Sends a file; what is left out is made up. */
  upload(
    room: Room,
    kind: UploadKind,
    file: { name?: string; mimeType?: string; bytes?: Uint8Array; durationMs?: number } = {},
    options: SayOptions = {},
  ): Post {
    const stored = this.store(kind, file);
    const cover = kind === "media" ? { image_key: this.store("image").key } : {};
    return this.#send(room, plain(kind, { ...fileContent(kind, stored), ...cover }), options);
  }

  /** Uploads a file without sending it, to be put in a rich text. */
  store(
    kind: UploadKind,
    file: { name?: string; mimeType?: string; bytes?: Uint8Array; durationMs?: number } = {},
  ): StoredFile {
    const { durationMs = 3000, ...facts } = file;
    return this.#world.files.add({
      ...SAMPLES[kind],
      ...facts,
      kind: kind === "image" ? "image" : "file",
      by: this.user,
      ...(kind === "audio" || kind === "media" ? { durationMs } : {}),
    });
  }

  sticker(room: Room): Post {
    return this.#send(room, plain("sticker", { file_key: this.#world.ids.make("v2_", 24) }), {});
  }

  /** Sends the card of a person or of a group. */
  share(room: Room, what: Person | Room): Post {
    const content =
      what instanceof Person
        ? // A person is named by the id that the app in the chat knows.
          plain("share_user", { user_id: room.apps[0] ? what.openIdIn(room.apps[0]) : what.user.userId })
        : plain("share_chat", { chat_id: what.id });
    return this.#send(room, content, {});
  }

  /** Sends several messages as one; their contents are asked for separately. */
  forward(room: Room, posts: readonly Post[]): Post {
    const content = { msgType: "merge_forward", content: "Merged and Forwarded Message", mentions: [] };
    return this.#send(room, { ...content, mentionsAll: false }, { merged: posts });
  }

  /** Presses the button with that label; what comes of it is told in what this returns. */
  press(post: Post, label: string, more: { form?: Readonly<Record<string, unknown>> } = {}): Press {
    return this.#presses.press(this.user, post, label, more);
  }

  /** Opens the chat with a bot, which is told. */
  enter(app: AppAccount): Room {
    const room = this.dm(app);
    this.#world.tell(
      app,
      "im.chat.access_event.bot_p2p_chat_entered_v1",
      enteredEvent(room, this.user, app),
      room,
    );
    return room;
  }

  /** Lets a bot write no more in the chat with it. */
  stop(app: AppAccount): void {
    const known = this.#world.stopped.get(app) ?? new Set();
    this.#world.stopped.set(app, known.add(this.user));
  }

  resume(app: AppAccount): void {
    this.#world.stopped.get(app)?.delete(this.user);
  }

  join(room: Room): void {
    addUsers(this.#world, room, this.user, [this.user]);
  }

  leave(room: Room): void {
    removeUser(this.#world, room, this.user, this.user);
  }

  /** Brings others into a group. */
  invite(room: Room, ...people: readonly Person[]): void {
    addUsers(
      this.#world,
      room,
      this.user,
      people.map(({ user }) => user),
    );
  }

  addBot(room: Room, app: AppAccount): void {
    addBot(this.#world, room, this.user, app);
  }

  removeBot(room: Room, app: AppAccount): void {
    removeBot(this.#world, room, this.user, app);
  }

  rename(room: Room, name: string): void {
    rename(this.#world, room, this.user, name);
  }

  disband(room: Room): void {
    disband(this.#world, room, this.user);
  }

  #send(room: Room, content: Content, options: PostOptions): Post {
    if (!room.members.has(this.user)) throw new Error(`${this.name} is not in ${room.name}`);
    if (room.isDisbanded) throw new Error(`${room.name} is no more`);
    if (room.kind === "p2p") for (const app of room.apps) this.resume(app);
    return this.#world.post(room, this.user, content, options);
  }
}

function plain(msgType: string, content: object): Content {
  return { msgType, content: JSON.stringify(content), mentions: [], mentionsAll: false };
}

function fileContent(kind: UploadKind, { key, name, durationMs }: StoredFile): object {
  if (kind === "image") return { image_key: key };
  if (kind === "file") return { file_key: key, file_name: name };
  return { file_key: key, ...(kind === "media" ? { file_name: name } : {}), duration: durationMs };
}

/** The keys under which people are named, and the mentions that go with them. */
function keysOf(who: readonly Named[]): { keys: string[]; mentions: Mention[] } {
  const mentions: Mention[] = [];
  const keys = who.map((each) => {
    if (each === "all") return "@_all";
    const actor: Actor = each instanceof Person ? each.user : each;
    const key = `@_user_${mentions.length + 1}`;
    mentions.push({ key, actor });
    return key;
  });
  return { keys, mentions };
}
