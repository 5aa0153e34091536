import type { Chat, ChatMember, Message, ReactionType, User } from "@grammyjs/types";
import type { BotAccount } from "./bot-account.ts";

export type Standing = "creator" | "administrator" | "member" | "left" | "kicked";

/** A message in a chat, as it is now, and how it became so. */
export interface Post {
  readonly room: Room;
  message: Message;
  /** Texts that it had before, oldest first. */
  readonly earlier: string[];
  /** Who reacted, by user id. */
  readonly reactions: Map<number, readonly ReactionType[]>;
  readonly isSilent: boolean;
  isPinned: boolean;
  isDeleted: boolean;
}

export interface Topic {
  readonly id: number;
  name: string;
  isClosed: boolean;
  readonly madeBy: number;
}

/** A message that a bot is still writing, shown above the chat until it runs out. */
export interface Draft {
  readonly id: number;
  readonly thread: number | undefined;
  readonly text: string;
  readonly canStop: boolean;
  readonly keepOnStop: boolean;
  readonly untilMs: number;
}

export interface Typing {
  readonly action: string;
  readonly thread: number | undefined;
  readonly untilMs: number;
}

/** A private chat with a bot, a group, or a supergroup. */
export class Room {
  readonly kind: "private" | "group" | "supergroup";
  /** What bots know it by: in a private chat the person's own id. */
  readonly id: number;
  title: string;
  readonly username: string | undefined;
  isForum = false;
  readonly posts: Post[] = [];
  readonly topics = new Map<number, Topic>();
  readonly members = new Map<number, { user: User; standing: Standing }>();
  readonly drafts = new Map<number, Draft>();
  readonly typing = new Map<number, Typing>();
  /** Both set in a private chat only. */
  readonly person: User | undefined;
  readonly bot: BotAccount | undefined;
  isBlocked = false;
  /** The supergroup that this group has become. */
  movedTo: Room | undefined;
  /** Bots that are in it, with whatever standing. */
  readonly bots = new Map<number, BotAccount>();
  /** The bot that spoke last: general commands are for it. */
  lastBot: number | undefined;

  constructor(facts: {
    kind: Room["kind"];
    id: number;
    title: string;
    username?: string | undefined;
    person?: User;
    bot?: BotAccount;
  }) {
    this.kind = facts.kind;
    this.id = facts.id;
    this.title = facts.title;
    this.username = facts.username;
    this.person = facts.person;
    this.bot = facts.bot;
    if (facts.bot) this.bots.set(facts.bot.id, facts.bot);
  }

  asChat(): Chat {
    const username = this.username ? { username: this.username } : {};
    if (this.kind === "private") {
      const { first_name = "", last_name } = this.person ?? {};
      return {
        id: this.id,
        type: "private",
        first_name,
        ...(last_name ? { last_name } : {}),
        ...username,
      } satisfies Chat.PrivateChat;
    }
    if (this.kind === "group")
      return { id: this.id, type: "group", title: this.title } satisfies Chat.GroupChat;
    return {
      id: this.id,
      type: "supergroup",
      title: this.title,
      ...username,
      ...(this.isForum ? { is_forum: true } : {}),
    } satisfies Chat.SupergroupChat;
  }

  standingOf(userId: number): Standing {
    if (this.kind === "private") return "member";
    return this.members.get(userId)?.standing ?? "left";
  }

  isIn(userId: number): boolean {
    return !["left", "kicked"].includes(this.standingOf(userId));
  }

  isAdmin(userId: number): boolean {
    return ["creator", "administrator"].includes(this.standingOf(userId));
  }

  memberOf(user: User): ChatMember {
    const status = this.standingOf(user.id);
    if (status === "creator") return { status, user, is_anonymous: false };
    if (status === "administrator") return { status, user, ...ADMIN_RIGHTS };
    if (status === "kicked") return { status, user, until_date: 0 };
    return { status, user };
  }

  find(messageId: number): Post | undefined {
    return this.posts.find(({ message, isDeleted }) => message.message_id === messageId && !isDeleted);
  }

  /** The newest message that is there, of one sender if a name is given. */
  last(from?: { readonly id: number }): Post | undefined {
    return this.posts.findLast(
      ({ message, isDeleted }) => !isDeleted && (from === undefined || message.from?.id === from.id),
    );
  }
}

const ADMIN_RIGHTS = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_pin_messages: true,
  can_manage_topics: true,
  can_send_welcome_messages: false,
};
