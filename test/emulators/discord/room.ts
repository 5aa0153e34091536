import {
  ChannelType,
  ForumLayoutType,
  type APIDMChannel,
  type APIGuildForumChannel,
  type APIGuildForumTag,
  type APIMessage,
  type APIOverwrite,
  type APIPartialEmoji,
  type APITextChannel,
  type APIThreadChannel,
  type APIThreadMember,
  type APIUser,
  type ChannelFlags,
  type ThreadAutoArchiveDuration,
  type ThreadMemberFlags,
} from "discord-api-types/v10";
import type { BotAccount } from "./bot-account.ts";
import type { Guild } from "./guild.ts";
import { compareIds } from "./snowflake.ts";

export type RoomKind = "text" | "forum" | "thread" | "dm";

/** Whom a message calls: those who get a notification because of it. */
export interface Pings {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly isEveryone: boolean;
}

/** A message in a chat, as it is now, and how it became so. */
export interface Post {
  readonly room: Room;
  /** Without reactions, and without links that expire: those are made for whoever is given it. */
  message: APIMessage;
  /** Texts that it had before, oldest first. */
  readonly earlier: string[];
  readonly reactions: Map<string, { readonly emoji: APIPartialEmoji; readonly userIds: Set<string> }>;
  pings: Pings;
  /** The one person who sees it; undefined for everybody. */
  readonly onlyFor: string | undefined;
  /** The message that it answers or forwards. */
  readonly replyTo: Post | undefined;
  /** The thread that was opened from it. */
  thread: Room | undefined;
  pinnedAt: string | undefined;
  isDeleted: boolean;
}

/** What a thread has besides what every channel has. */
export interface Thread {
  readonly ownerId: string;
  readonly isPrivate: boolean;
  readonly madeAt: string;
  readonly memberIds: Map<string, string>;
  autoArchiveMinutes: ThreadAutoArchiveDuration;
  isArchived: boolean;
  isLocked: boolean;
  changedAt: string;
  tags: readonly string[];
}

export interface RoomFacts {
  readonly id: string;
  readonly kind: RoomKind;
  readonly name: string;
  readonly guild?: Guild;
  readonly parent?: Room;
  readonly thread?: Thread;
  readonly dm?: { readonly person: APIUser; readonly bot: BotAccount };
}

/** A channel, a forum, a thread, or the direct chat of a person with a bot. */
export class Room {
  readonly id: string;
  readonly kind: RoomKind;
  name: string;
  topic: string | null = null;
  readonly guild: Guild | undefined;
  /** The channel or forum that a thread is in. */
  readonly parent: Room | undefined;
  readonly thread: Thread | undefined;
  readonly dm: { readonly person: APIUser; readonly bot: BotAccount } | undefined;
  readonly posts: Post[] = [];
  overwrites: APIOverwrite[] = [];
  tags: APIGuildForumTag[] = [];
  slowmodeSeconds = 0;
  /** Who is typing, by user id, and until when. */
  readonly typing = new Map<string, number>();
  /** The person takes no messages of the bot. */
  isBlocked = false;
  isDeleted = false;
  flags = 0;

  constructor(facts: RoomFacts) {
    this.id = facts.id;
    this.kind = facts.kind;
    this.name = facts.name;
    this.guild = facts.guild;
    this.parent = facts.parent;
    this.thread = facts.thread;
    this.dm = facts.dm;
  }

  find(messageId: string): Post | undefined {
    return this.posts.find(({ message, isDeleted }) => message.id === messageId && !isDeleted);
  }

  /** The newest message that is there, of one sender if one is given. */
  last(from?: { readonly id: string }): Post | undefined {
    return this.posts.findLast(
      ({ message, isDeleted }) => !isDeleted && (from === undefined || message.author.id === from.id),
    );
  }

  /** What everybody who may read here can read, oldest first. */
  get readable(): Post[] {
    const there = this.posts.filter(({ isDeleted, onlyFor }) => !isDeleted && onlyFor === undefined);
    return there.toSorted((a, b) => compareIds(a.message.id, b.message.id));
  }

  get pinned(): Post[] {
    return this.readable
      .filter(({ pinnedAt }) => pinnedAt !== undefined)
      .toSorted((a, b) => (b.pinnedAt ?? "").localeCompare(a.pinnedAt ?? ""));
  }

  /** The channel as bots are given it; `viewerId` is whose membership of a thread is told. */
  asChannel(viewerId?: string): APITextChannel | APIGuildForumChannel | APIThreadChannel | APIDMChannel {
    if (this.dm) return this.#asDm(this.dm.person);
    if (this.thread) return this.#asThread(this.thread, viewerId);
    const common = {
      id: this.id,
      name: this.name,
      ...(this.guild ? { guild_id: this.guild.id } : {}),
      permission_overwrites: this.overwrites,
      parent_id: null,
      nsfw: false,
      position: this.guild?.rooms.indexOf(this) ?? 0,
      topic: this.topic,
      rate_limit_per_user: this.slowmodeSeconds,
      last_message_id: this.#lastId,
      flags: this.flags as ChannelFlags,
    };
    if (this.kind === "forum") {
      return {
        ...common,
        type: ChannelType.GuildForum,
        available_tags: this.tags,
        default_reaction_emoji: null,
        default_sort_order: null,
        default_forum_layout: ForumLayoutType.NotSet,
      } satisfies APIGuildForumChannel;
    }
    const last_pin_timestamp = this.pinned[0]?.pinnedAt ?? null;
    return { ...common, type: ChannelType.GuildText, last_pin_timestamp } satisfies APITextChannel;
  }

  asThreadMember(userId: string): APIThreadMember | undefined {
    const since = this.thread?.memberIds.get(userId);
    if (since === undefined) return undefined;
    return { id: this.id, user_id: userId, join_timestamp: since, flags: 0 as ThreadMemberFlags };
  }

  get #lastId(): string | null {
    const newest = this.kind === "forum" ? this.#children.at(-1)?.id : this.last()?.message.id;
    return newest ?? null;
  }

  get #children(): Room[] {
    return this.guild?.rooms.filter(({ parent }) => parent === this) ?? [];
  }

  #asDm(person: APIUser): APIDMChannel {
    return {
      id: this.id,
      type: ChannelType.DM,
      name: null,
      last_message_id: this.#lastId,
      flags: this.flags as ChannelFlags,
      recipients: [person],
    } satisfies APIDMChannel;
  }

  #asThread(thread: Thread, viewerId: string | undefined): APIThreadChannel {
    const member = viewerId === undefined ? undefined : this.asThreadMember(viewerId);
    const count = this.posts.filter(({ onlyFor }) => onlyFor === undefined).length;
    const gone = this.posts.filter(({ isDeleted }) => isDeleted).length;
    return {
      id: this.id,
      type: thread.isPrivate ? ChannelType.PrivateThread : ChannelType.PublicThread,
      name: this.name,
      ...(this.guild ? { guild_id: this.guild.id } : {}),
      ...(this.parent ? { parent_id: this.parent.id } : {}),
      owner_id: thread.ownerId,
      last_message_id: this.#lastId,
      rate_limit_per_user: this.slowmodeSeconds,
      message_count: Math.max(0, count - gone),
      total_message_sent: count,
      member_count: Math.min(50, thread.memberIds.size),
      flags: this.flags as ChannelFlags,
      applied_tags: [...thread.tags],
      thread_metadata: {
        archived: thread.isArchived,
        auto_archive_duration: thread.autoArchiveMinutes,
        archive_timestamp: thread.changedAt,
        locked: thread.isLocked,
        create_timestamp: thread.madeAt,
        ...(thread.isPrivate ? { invitable: true } : {}),
      },
      ...(member ? { member } : {}),
    } satisfies APIThreadChannel;
  }
}
