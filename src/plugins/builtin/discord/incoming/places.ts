import type { APIGuild, APIRole } from "discord-api-types/v10";
import type { Address, MessageRef } from "../../../types.ts";

/** The bot whose messages are read. */
export interface BotIdentity {
  readonly id: string;
  readonly name: string;
}

/** A chat as far as the gateway needs to know it. */
export interface Place {
  readonly id: string;
  readonly kind: "channel" | "thread" | "dm";
  readonly guild?: string;
  /** The channel or forum that a thread is in. */
  readonly parent?: string;
  /** Whom a private chat is with. */
  readonly user?: string;
  readonly name?: string;
  /** The bot opened the thread: who writes in it means the bot. */
  readonly isOurs?: boolean;
}

/** Where chats are looked up: in which server and channel they are. */
export interface KnownPlaces {
  of(chat: string): Place | undefined;
}

/** What is known of a server. */
export interface GuildFacts {
  readonly id: string;
  readonly name: string;
  /** Names of roles by their ids. */
  readonly roles: Map<string, string>;
  /** The role that Discord made for the bot. */
  botRole?: string;
  /** How much its members have paid for: from 0 to 3. */
  readonly tier: number;
}

/** A channel of whatever type, with what matters here. */
export interface AnyChannel {
  readonly id: string;
  readonly type: number;
  readonly name?: string | null;
  readonly guild_id?: string | undefined;
  readonly parent_id?: string | null | undefined;
  readonly owner_id?: string | undefined;
  readonly last_message_id?: string | null | undefined;
  readonly thread_metadata?: { readonly archived: boolean } | undefined;
  readonly recipients?: readonly { readonly id: string }[];
}

const DM = 1;
const MIB = 1024 * 1024;
/** What a server takes, by its tier. */
const MOST_BYTES: Readonly<Record<number, number>> = { 0: 10 * MIB, 1: 10 * MIB, 2: 50 * MIB, 3: 100 * MIB };
const THREADS = new Set([10, 11, 12]);
/** Text, voice, announcements, stage: where people can write. Categories and forums hold others. */
const WRITABLE = new Set([0, 2, 5, 13]);

/** The chats that there are by what Discord tells, and those that are remembered from before. */
export class Places {
  /** The bot's id, once it is known: its own role and threads are told apart by it. */
  bot: string | undefined;
  /** Chats that Discord need not tell of: threads that were put away, private ones. */
  remembered: KnownPlaces | undefined;
  readonly #account: string;
  readonly #places = new Map<string, Place>();
  readonly #guilds = new Map<string, GuildFacts>();

  constructor(account: string) {
    this.#account = account;
  }

  /** A chat, if it is known. */
  of(chat: string): Place | undefined {
    return this.#places.get(chat) ?? this.remembered?.of(chat);
  }

  guild(id: string | undefined): GuildFacts | undefined {
    return id === undefined ? undefined : this.#guilds.get(id);
  }

  note(place: Place): Place {
    this.#places.set(place.id, place);
    return place;
  }

  /** Forgets chats that are gone. */
  forget(isGone: (place: Place) => boolean): void {
    for (const place of this.#places.values()) if (isGone(place)) this.#places.delete(place.id);
  }

  /** A thread is put away. They become ever more; Discord tells of one that wakes before it tells what is written there. */
  putAway(thread: string): void {
    this.#places.delete(thread);
  }

  /** Takes note of a channel as Discord describes it. Undefined for one that nobody can write in. */
  noteChannel(channel: AnyChannel, guild = channel.guild_id): Place | undefined {
    const place = placeOf(channel, guild, this.bot);
    return place && this.note(place);
  }

  noteGuild({
    id,
    name,
    roles,
    premium_tier: tier,
  }: Pick<APIGuild, "id" | "name" | "roles" | "premium_tier">): void {
    const facts: GuildFacts = { id, name, roles: new Map(), tier };
    this.#guilds.set(id, facts);
    for (const role of roles) this.noteRole(id, role);
  }

  /** How big a file may be in a chat, in bytes; undefined where that is not known. */
  mostBytesIn(chat: string): number | undefined {
    const tier = this.guild(this.of(chat)?.guild)?.tier;
    return tier === undefined ? undefined : MOST_BYTES[tier];
  }

  noteRole(guild: string, role: Pick<APIRole, "id" | "name" | "tags">): void {
    const facts = this.#guilds.get(guild);
    facts?.roles.set(role.id, role.name);
    if (facts && this.bot !== undefined && role.tags?.bot_id === this.bot) facts.botRole = role.id;
  }

  forgetRole(guild: string, role: string): void {
    const facts = this.#guilds.get(guild);
    facts?.roles.delete(role);
    if (facts?.botRole === role) delete facts.botRole;
  }

  /** Forgets a server with all its chats. */
  forgetGuild(guild: string): void {
    this.#guilds.delete(guild);
    this.forget((place) => place.guild === guild);
  }

  /** Where a conversation in a chat takes place. A private chat is named by the person. */
  addressIn(place: Place): Address {
    const { kind: scope, id, user } = place;
    const chat = scope === "dm" ? (user ?? id) : id;
    return { channel: "discord", account: this.#account, scope, chat };
  }

  /**
   * The channel that holds a message which a thread of ours grew from: it has the thread's id, and was heard as the
   * thread's first. Undefined for all others. The first message of a forum's post is in the thread itself.
   */
  rootOf({ id, address }: MessageRef): Place | undefined {
    const thread = id === address.chat ? this.of(id) : undefined;
    if (!thread?.isOurs || thread.parent === undefined) return undefined;
    return this.of(thread.parent);
  }
}

function placeOf(channel: AnyChannel, guild: string | undefined, bot: string | undefined): Place | undefined {
  const { id, type, name } = channel;
  const named = name ? { name } : {};
  if (THREADS.has(type)) {
    const { parent_id: parent, owner_id } = channel;
    const within = parent ? { parent } : {};
    const isOurs = bot !== undefined && owner_id === bot ? { isOurs: true } : {};
    return { id, kind: "thread", ...named, ...within, ...isOurs, ...(guild ? { guild } : {}) };
  }
  if (type === DM) {
    const [person] = channel.recipients ?? [];
    return person && { id, kind: "dm", user: person.id };
  }
  if (!WRITABLE.has(type)) return undefined;
  return { id, kind: "channel", ...named, ...(guild ? { guild } : {}) };
}
