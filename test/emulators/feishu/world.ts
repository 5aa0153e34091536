import type { Clock } from "../../../src/lib/clock.ts";
import { AppAccount, type AppOptions } from "./app-account.ts";
import type { CardEntity } from "./card-entity.ts";
import { namedIn, type CardPart } from "./card-shape.ts";
import type { Content } from "./content.ts";
import { messageEvent, reactionEvent, recallEvent } from "./events.ts";
import { FileStore } from "./file-store.ts";
import { deafness } from "./hearing.ts";
import { Ids } from "./ids.ts";
import type { Press } from "./press.ts";
import { Room, type Post, type Reaction } from "./room.ts";
import { EVENT_SCOPES, type EventType } from "./scopes.ts";
import { User, type Actor, type UserFacts } from "./user.ts";

export interface PostOptions {
  /** The message that it answers. */
  readonly replyTo?: Post | undefined;
  /** Whether the answer opens a topic where the message is in none. */
  readonly isInThread?: boolean | undefined;
  readonly merged?: readonly Post[] | undefined;
}

/** An event that is to be sent, before it has its envelope. */
export interface Happening {
  readonly app: AppAccount;
  readonly type: EventType;
  readonly event: object;
  readonly room: Room | undefined;
}

const CARD_LIFE_MS = 14 * 86_400_000;

/** Everything there is: people, apps, chats, files, cards. The people's side and the apps' side both act on it. */
export class World {
  readonly clock: Clock;
  readonly ids = new Ids();
  readonly apps: AppAccount[] = [];
  readonly users: User[] = [];
  readonly rooms: Room[] = [];
  readonly files = new FileStore(this.ids);
  /** Cards that were made by themselves, by their id. */
  readonly cards = new Map<string, CardEntity>();
  /** Presses on cards, by the token with which the card may be updated later. */
  readonly presses = new Map<string, Press>();
  /** What was asked or answered that the platform does not know: routes, fields, frames. */
  readonly complaints: string[] = [];
  /** How long after it was sent a message may be edited. */
  editWindowMs = 86_400_000;
  /** People who have stopped a bot. */
  readonly stopped = new Map<AppAccount, Set<User>>();
  /** Set by the server: sends an event. */
  send: (happening: Happening) => void = () => undefined;
  /** Every event that was not sent, because the app had not subscribed to it or may not have it. */
  readonly withheld: { readonly app: AppAccount; readonly type: EventType; readonly why: string }[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #sent = new Map<string, { post: Post; atMs: number }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  complain(sentence: string): void {
    this.complaints.push(sentence);
  }

  addApp(options: AppOptions): AppAccount {
    const app = new AppAccount(this.apps.length, options);
    this.apps.push(app);
    return app;
  }

  addUser(facts: UserFacts): User {
    const user = new User(this.users.length, facts);
    this.users.push(user);
    return user;
  }

  addGroup(facts: { name: string; isTopicGroup?: boolean }): Room {
    const room = new Room({ ...facts, kind: "group", id: this.ids.make("oc_") });
    this.rooms.push(room);
    return room;
  }

  /** The chat of the two; made when first asked for. */
  p2pRoom(user: User, app: AppAccount): Room {
    const known = this.rooms.find(
      ({ kind, members }) => kind === "p2p" && members.has(user) && members.has(app),
    );
    if (known) return known;
    const room = new Room({ kind: "p2p", id: this.ids.make("oc_"), name: user.name });
    room.members.add(user).add(app);
    this.rooms.push(room);
    return room;
  }

  /** Whoever an app knows by an id of whatever kind. */
  actorOf(app: AppAccount, id: string): Actor | undefined {
    const isMeant = (actor: Actor) => actor.openIdIn(app) === id || actor.unionId === id;
    return this.users.find((user) => isMeant(user) || user.userId === id) ?? this.apps.find(isMeant);
  }

  findPost(id: string): Post | undefined {
    for (const { posts } of this.rooms) {
      const post = posts.find((each) => each.id === id);
      if (post) return post;
    }
    return undefined;
  }

  isCardTooOld({ madeAtMs }: CardEntity): boolean {
    return this.clock.now() - madeAtMs > CARD_LIFE_MS;
  }

  /** The message that an app has sent with this uuid within the last hour. */
  sentWith(app: AppAccount, uuid: string): Post | undefined {
    const sent = this.#sent.get(`${app.appId} ${uuid}`);
    return sent && this.clock.now() - sent.atMs < 3_600_000 ? sent.post : undefined;
  }

  remember(app: AppAccount, uuid: string, post: Post): void {
    this.#sent.set(`${app.appId} ${uuid}`, { post, atMs: this.clock.now() });
  }

  /** Says something in a chat, and tells the apps that hear it. */
  post(room: Room, from: Actor, content: Content, options: PostOptions = {}): Post {
    const { replyTo, merged = [] } = options;
    const now = this.clock.now();
    const post: Post = {
      id: this.ids.make("om_"),
      room,
      from,
      msgType: content.msgType,
      content: content.content,
      mentions: content.mentions,
      mentionsAll: content.mentionsAll,
      rootId: replyTo && (replyTo.rootId ?? replyTo.id),
      parentId: replyTo?.id,
      threadId: this.#threadOf(room, options),
      atMs: now,
      updatedMs: now,
      earlier: [],
      reactions: [],
      pin: undefined,
      recalled: undefined,
      card: content.card,
      merged,
    };
    if (content.card) content.card.post = post;
    room.posts.push(post);
    for (const app of room.apps) {
      const why = deafness(app, post);
      if (why === undefined) this.tell(app, "im.message.receive_v1", messageEvent(post, app), room);
      else if (from.kind === "user") this.withheld.push({ app, type: "im.message.receive_v1", why });
    }
    this.changed();
    return post;
  }

  /** Puts other content in the place of a message's. No app is told: the platform has no event for it. */
  revise(post: Post, content: Content): void {
    post.earlier.push(post.content);
    post.content = content.content;
    post.mentions = content.mentions;
    post.mentionsAll ||= content.mentionsAll;
    post.updatedMs = this.clock.now();
    this.changed();
  }

  /** Takes a message away, and tells the apps in the chat. */
  recall(post: Post, by: Actor): void {
    post.recalled = { by, atMs: this.clock.now() };
    for (const app of post.room.apps) {
      this.tell(app, "im.message.recalled_v1", recallEvent(post, by), post.room);
    }
    this.changed();
  }

  /** Puts a reaction under a message, once for each kind and actor, and tells the apps in the chat. */
  react(post: Post, by: Actor, emojiType: string): Reaction {
    const known = post.reactions.find((each) => each.by === by && each.emojiType === emojiType);
    if (known) return known;
    const reaction = {
      id: this.ids.make("ZCaCIjUBVVWSrm5L-3ZTw", 24),
      emojiType,
      by,
      atMs: this.clock.now(),
    };
    post.reactions.push(reaction);
    this.#tellReaction("im.message.reaction.created_v1", post, reaction);
    return reaction;
  }

  unreact(post: Post, reaction: Reaction): void {
    post.reactions = post.reactions.filter((each) => each !== reaction);
    this.#tellReaction("im.message.reaction.deleted_v1", post, reaction);
  }

  /** Puts another card in the place of one that is shown. */
  showCard(entity: CardEntity, card: CardPart): void {
    entity.card = card;
    entity.followConfig(this.clock.now());
    this.cardChanged(entity);
  }

  /** Notes that a card has changed, and whom it names now. */
  cardChanged({ post, card }: CardEntity): void {
    if (post) {
      post.earlier.push("");
      post.mentionsAll ||= namedIn(card).includes("all");
    }
    this.changed();
  }

  /** Sends an event to an app that has subscribed to it and may have it. */
  tell(app: AppAccount, type: EventType, event: object, room: Room | undefined): void {
    const scopes = EVENT_SCOPES[type];
    if (!app.subscriptions.has(type)) this.withheld.push({ app, type, why: "not subscribed" });
    else if (scopes && !scopes.some((scope) => app.scopes.has(scope)))
      this.withheld.push({ app, type, why: `needs one of ${scopes.join(", ")}` });
    else this.send({ app, type, event, room });
  }

  #tellReaction(
    type: "im.message.reaction.created_v1" | "im.message.reaction.deleted_v1",
    post: Post,
    reaction: Reaction,
  ): void {
    const now = this.clock.now();
    for (const app of post.room.apps) {
      this.tell(app, type, reactionEvent(post, reaction, now, app), post.room);
    }
    this.changed();
  }

  /** An answer is in the topic of what it answers; in a topic group everything else opens one. */
  #threadOf(room: Room, { replyTo, isInThread }: PostOptions): string | undefined {
    if (replyTo?.threadId !== undefined) return replyTo.threadId;
    if (replyTo && isInThread) {
      const root = this.findPost(replyTo.rootId ?? replyTo.id) ?? replyTo;
      root.threadId ??= this.ids.make("omt_", 16);
      return root.threadId;
    }
    return room.isTopicGroup ? this.ids.make("omt_", 16) : undefined;
  }
}
