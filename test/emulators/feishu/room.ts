import type { CardEntity } from "./card-entity.ts";
import type { Actor, User } from "./user.ts";
import type { AppAccount } from "./app-account.ts";

/** Somebody who is named in a message, under the key that stands in its text. */
export interface Mention {
  readonly key: string;
  readonly actor: Actor;
}

export interface Reaction {
  readonly id: string;
  readonly emojiType: string;
  readonly by: Actor;
  readonly atMs: number;
}

/** A message in a chat, as it is now, and how it became so. */
export interface Post {
  readonly id: string;
  readonly room: Room;
  readonly from: Actor;
  readonly msgType: string;
  /** The content as the platform keeps it: JSON, with keys in the place of names. */
  content: string;
  mentions: readonly Mention[];
  /** Whether it names everybody. */
  mentionsAll: boolean;
  readonly rootId: string | undefined;
  readonly parentId: string | undefined;
  /** The topic that it belongs to. A message gets one later if somebody answers it in a topic. */
  threadId: string | undefined;
  readonly atMs: number;
  updatedMs: number;
  /** Contents that it had before, oldest first. */
  readonly earlier: string[];
  reactions: Reaction[];
  pin: { readonly by: Actor; readonly atMs: number } | undefined;
  recalled: { readonly by: Actor; readonly atMs: number } | undefined;
  /** The card that it shows, if it is one. */
  readonly card: CardEntity | undefined;
  /** The messages that it forwards together. */
  readonly merged: readonly Post[];
}

/** A chat of a person and a bot, or a group. */
export class Room {
  readonly kind: "p2p" | "group";
  readonly id: string;
  name: string;
  /** In a topic group every message opens a topic or belongs to one. */
  readonly isTopicGroup: boolean;
  readonly posts: Post[] = [];
  readonly members = new Set<Actor>();
  owner: User | undefined;
  isDisbanded = false;
  /** Whether only its owner may speak. */
  isMuted = false;

  constructor(facts: { kind: Room["kind"]; id: string; name: string; isTopicGroup?: boolean }) {
    this.kind = facts.kind;
    this.id = facts.id;
    this.name = facts.name;
    this.isTopicGroup = facts.isTopicGroup ?? false;
  }

  /** The bots in it. */
  get apps(): AppAccount[] {
    return [...this.members].filter((member) => member.kind === "app");
  }

  get users(): User[] {
    return [...this.members].filter((member) => member.kind === "user");
  }

  /** The newest message that is there, of one sender if somebody is named. */
  last(from?: Actor | { readonly user: User }): Post | undefined {
    const wanted = from && "user" in from ? from.user : from;
    return this.posts.findLast((post) => !post.recalled && (wanted === undefined || post.from === wanted));
  }
}
