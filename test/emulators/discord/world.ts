import {
  ChannelType,
  GatewayDispatchEvents,
  MessageReferenceType,
  MessageType,
  ThreadAutoArchiveDuration,
  type APIMessage,
  type APIUser,
  type GatewayDispatchPayload,
  type MessageFlags,
} from "discord-api-types/v10";
import type { Clock } from "../../../src/lib/clock.ts";
import { BotAccount, userOf, type BotOptions } from "./bot-account.ts";
import { FileStore } from "./file-store.ts";
import { Guild, roleOf } from "./guild.ts";
import type { Interaction } from "./interaction.ts";
import { asEvent, embedsOf } from "./message.ts";
import { INVITED, may } from "./permissions.ts";
import { Room, type Pings, type Post, type RoomFacts, type Thread } from "./room.ts";
import { Snowflakes } from "./snowflake.ts";

export type EventName = GatewayDispatchPayload["t"];
export type EventData<T extends EventName> = Extract<GatewayDispatchPayload, { t: T }>["d"];

/** Something that a bot may hear of through the gateway. */
export interface WorldEvent {
  readonly name: EventName;
  readonly data: unknown;
  readonly guildId: string | undefined;
  readonly channelId: string | undefined;
}

/** What a message consists of, such as its text and its buttons. */
export type Content = Partial<Omit<APIMessage, "id" | "channel_id" | "author" | "timestamp">>;

export interface PostOptions {
  readonly replyTo?: Post | undefined;
  readonly forwardOf?: Post | undefined;
  readonly onlyFor?: string | undefined;
  readonly pings?: Pings;
  /** The id that it has to have. */
  readonly id?: string;
}

const NOBODY: Pings = { users: [], roles: [], isEveryone: false };

/** Everything there is: people, bots, servers, channels, files. The user's side and the bots' side both act on it. */
export class World {
  readonly clock: Clock;
  readonly ids: Snowflakes;
  readonly bots: BotAccount[] = [];
  readonly users = new Map<string, APIUser>();
  readonly guilds: Guild[] = [];
  readonly rooms: Room[] = [];
  readonly files = new FileStore();
  readonly interactions: Interaction[] = [];
  /** What the server was asked that no bot should ask: unknown routes, unknown fields. */
  readonly complaints: string[] = [];
  /** Set by the gateway: takes what a bot may hear of. */
  deliver: (bot: BotAccount, event: WorldEvent) => void = () => undefined;
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
    this.ids = new Snowflakes(() => clock.now());
  }

  /** Now, as Discord writes times. */
  get timestamp(): string {
    return new Date(this.clock.now()).toISOString().replace("Z", "000+00:00");
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
    const bot = new BotAccount(this.ids.next(), options);
    this.bots.push(bot);
    this.users.set(bot.id, bot.user);
    return bot;
  }

  addUser(facts: { username: string; name: string | null; id?: string }): APIUser {
    const id = facts.id ?? this.ids.next();
    const user = userOf({ id, username: facts.username, global_name: facts.name });
    this.users.set(id, user);
    return user;
  }

  addGuild(name: string, ownerId: string): Guild {
    const guild = new Guild({ id: this.ids.next(), name, ownerId });
    this.guilds.push(guild);
    return guild;
  }

  /** Makes somebody a member; a bot gets a role of its own with the rights it was let in with. */
  letIn(guild: Guild, user: APIUser, bot?: BotAccount): void {
    const member = { user, nick: null, roles: [] as string[], joinedAt: this.timestamp };
    if (bot) {
      const id = this.ids.next();
      const facts = { id, name: bot.name, permissions: INVITED, position: guild.roles.length, botId: bot.id };
      guild.roles.push(roleOf(facts));
      member.roles.push(id);
      guild.bots.set(bot.id, bot);
    }
    guild.members.set(user.id, member);
  }

  addRoom(facts: Omit<RoomFacts, "id"> & { id?: string }): Room {
    const room = new Room({ ...facts, id: facts.id ?? this.ids.next() });
    this.rooms.push(room);
    room.guild?.rooms.push(room);
    this.changed();
    return room;
  }

  room(id: string): Room | undefined {
    return this.rooms.find((room) => room.id === id && !room.isDeleted);
  }

  guild(id: string): Guild | undefined {
    return this.guilds.find((guild) => guild.id === id);
  }

  /** The direct chat of the two; made when first asked for. */
  direct(person: APIUser, bot: BotAccount): Room {
    const known = this.rooms.find(({ dm }) => dm?.person.id === person.id && dm.bot === bot);
    return known ?? this.addRoom({ kind: "dm", name: person.username, dm: { person, bot } });
  }

  /** Says something in a chat, and tells the bots that are there. */
  post(room: Room, author: APIUser, content: Content, options: PostOptions = {}): Post {
    const { replyTo, forwardOf, pings = NOBODY, onlyFor } = options;
    const message: APIMessage = {
      id: options.id ?? this.ids.next(),
      channel_id: room.id,
      author,
      content: "",
      timestamp: this.timestamp,
      edited_timestamp: null,
      tts: false,
      ...this.mentionsOf(pings),
      attachments: [],
      embeds: [],
      components: [],
      pinned: false,
      type: replyTo ? MessageType.Reply : MessageType.Default,
      flags: 0 as MessageFlags,
      ...referenceOf(
        replyTo ?? forwardOf,
        forwardOf ? MessageReferenceType.Forward : MessageReferenceType.Default,
      ),
      ...(room.thread ? { position: room.posts.length } : {}),
      ...content,
    };
    const post: Post = {
      room,
      message,
      earlier: [],
      reactions: new Map(),
      pings,
      onlyFor,
      replyTo,
      thread: undefined,
      pinnedAt: undefined,
      isDeleted: false,
    };
    room.posts.push(post);
    room.typing.delete(author.id);
    this.#wake(room, author.id);
    this.tellPost(GatewayDispatchEvents.MessageCreate, post);
    this.#unfurl(post);
    this.changed();
    return post;
  }

  /** Puts other content in the place of what is there, and tells the bots that are there. */
  revise(post: Post, content: Content, pings: Pings = post.pings): void {
    const { message } = post;
    post.earlier.push(message.content);
    post.pings = pings;
    const after = { ...message, ...this.mentionsOf(pings), ...content, edited_timestamp: this.timestamp };
    post.message = { ...after, embeds: after.embeds.filter(isOwn) };
    this.tellPost(GatewayDispatchEvents.MessageUpdate, post);
    this.#unfurl(post);
    this.changed();
  }

  /** Changes what is no edit, such as whether it is pinned, and tells the bots that are there. */
  mark(post: Post, content: Content): void {
    post.message = { ...post.message, ...content };
    this.tellPost(GatewayDispatchEvents.MessageUpdate, post);
    this.changed();
  }

  remove(post: Post): void {
    post.isDeleted = true;
    if (post.onlyFor === undefined) {
      const { room, message } = post;
      this.tellRoom(room, GatewayDispatchEvents.MessageDelete, () => ({
        id: message.id,
        channel_id: room.id,
        ...guildIdOf(room),
      }));
    }
    this.changed();
  }

  tellPost(
    name: GatewayDispatchEvents.MessageCreate | GatewayDispatchEvents.MessageUpdate,
    post: Post,
  ): void {
    if (post.onlyFor !== undefined) return;
    this.tellRoom(post.room, name, (bot) => asEvent(this, post, bot));
  }

  /** Tells every bot that can see a channel. */
  tellRoom<T extends EventName>(room: Room, name: T, dataFor: (bot: BotAccount) => EventData<T>): void {
    for (const bot of this.botsIn(room)) this.tell(bot, name, dataFor(bot), room.guild, room);
  }

  /** Tells every bot that is in a server. */
  tellGuild<T extends EventName>(guild: Guild, name: T, data: EventData<T>): void {
    for (const bot of guild.bots.values()) this.tell(bot, name, data, guild);
  }

  tell<T extends EventName>(bot: BotAccount, name: T, data: EventData<T>, guild?: Guild, room?: Room): void {
    this.deliver(bot, { name, data, guildId: guild?.id, channelId: room?.id });
  }

  botsIn(room: Room): BotAccount[] {
    if (room.dm) return [room.dm.bot];
    return [...(room.guild?.bots.values() ?? [])].filter((bot) => may(room, bot.id, "ViewChannel"));
  }

  /** Opens a thread in a channel or forum; the bots that can see it are told. */
  openThread(
    parent: Room,
    ownerId: string,
    name: string,
    options: {
      from?: Post;
      isPrivate?: boolean;
      minutes?: ThreadAutoArchiveDuration;
      tags?: readonly string[];
    } = {},
  ): Room {
    const now = this.timestamp;
    const thread: Thread = {
      ownerId,
      isPrivate: options.isPrivate ?? false,
      madeAt: now,
      memberIds: new Map([[ownerId, now]]),
      autoArchiveMinutes: options.minutes ?? ThreadAutoArchiveDuration.ThreeDays,
      isArchived: false,
      isLocked: false,
      changedAt: now,
      tags: options.tags ?? [],
    };
    const id = options.from?.message.id;
    const room = this.addRoom({
      kind: "thread",
      name,
      parent,
      thread,
      ...(parent.guild ? { guild: parent.guild } : {}),
      ...(id === undefined ? {} : { id }),
    });
    this.tellRoom(room, GatewayDispatchEvents.ThreadCreate, (bot) => ({
      ...threadOf(room, bot.id),
      newly_created: true,
    }));
    if (options.from) {
      options.from.thread = room;
      this.mark(options.from, { flags: (options.from.message.flags ?? 0) | 32 });
    }
    return room;
  }

  /** Changes a thread, and tells the bots that can see it. */
  changeThread(room: Room, change: Partial<Thread>): void {
    if (!room.thread) throw new Error(`${room.name} is no thread`);
    Object.assign(room.thread, change, { changedAt: this.timestamp });
    this.tellRoom(room, GatewayDispatchEvents.ThreadUpdate, (bot) => threadOf(room, bot.id));
    this.changed();
  }

  /** What a message says about whom it calls. */
  mentionsOf(pings: Pings): Pick<APIMessage, "mentions" | "mention_roles" | "mention_everyone"> {
    return {
      mentions: pings.users.flatMap((id) => this.users.get(id) ?? []),
      mention_roles: [...pings.roles],
      mention_everyone: pings.isEveryone,
    };
  }

  /** A message brings an archived thread back, and whoever writes in it becomes a member. */
  #wake(room: Room, authorId: string): void {
    if (!room.thread) return;
    if (!room.thread.memberIds.has(authorId)) room.thread.memberIds.set(authorId, this.timestamp);
    if (room.thread.isArchived) this.changeThread(room, { isArchived: false });
  }

  /** The previews of links come a moment later, as a change that is no edit. */
  #unfurl(post: Post): void {
    const embeds = embedsOf(post.message);
    if (embeds.length > 0) this.mark(post, { embeds: [...post.message.embeds.filter(isOwn), ...embeds] });
  }
}

function isOwn({ type }: { type?: string }): boolean {
  return type === undefined || type === "rich";
}

export function guildIdOf(room: Room): { guild_id?: string } {
  return room.guild ? { guild_id: room.guild.id } : {};
}

/** A thread as bots are given it. */
export function threadOf(room: Room, viewerId: string) {
  const channel = room.asChannel(viewerId);
  if (channel.type !== ChannelType.PublicThread && channel.type !== ChannelType.PrivateThread)
    throw new Error(`${room.name} is no thread`);
  return channel;
}

function referenceOf(post: Post | undefined, type: MessageReferenceType): Content {
  if (!post) return {};
  const { room, message } = post;
  return {
    message_reference: { type, message_id: message.id, channel_id: room.id, ...guildIdOf(room) },
  };
}
