import type { APIInteraction, APIUser, GatewayGuildCreateDispatchData } from "discord-api-types/v10";
import type { Clock } from "../../../../lib/clock.ts";
import { RecentMap } from "../../../../lib/recent-map.ts";
import { handOver } from "../../../hand-over.ts";
import type { ChannelHost, Sender } from "../../../types.ts";
import type { Bookmarks } from "./bookmarks.ts";
import type { DiscordCalls } from "./discord-calls.ts";
import type { Dispatch } from "./gateway/packets.ts";
import {
  type HeardEvent,
  type HeardReaction,
  readEdit,
  readOwnMove,
  readReaction,
  readRemoval,
} from "./heard.ts";
import type { InteractionDesk } from "./interaction-desk.ts";
import { notePlaces } from "./known-places.ts";
import { Lanes } from "./lanes.ts";
import type { HeardMessage, Reader } from "./message.ts";
import type { Messages } from "./messages.ts";
import type { PatientCalls } from "./patient-calls.ts";
import { channelOf } from "./interactions.ts";
import { nameOf } from "./people.ts";
import type { AnyChannel, Place } from "./places.ts";
import { idAt, isAfter, laterOf, timeOf } from "./snowflake.ts";

export interface IntakeParts {
  readonly host: Pick<ChannelHost, "report" | "log">;
  readonly reader: Reader;
  readonly bookmarks: Bookmarks;
  readonly messages: Pick<Messages, "take" | "fill" | "isHeard">;
  readonly desk: Pick<InteractionDesk, "take" | "turnAway" | "settled">;
  readonly calls: Pick<DiscordCalls, "channel">;
  readonly patient: Pick<PatientCalls, "ask">;
  /** Told of the direct chats with people. */
  readonly onDirect: (person: string, channel: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const MOST_NAMES = 2000;
/** What was written in a chat and cannot be read is asked for again so long after. */
const FILL_AGAIN_MS = 300_000;

interface Located {
  readonly channel_id: string;
  readonly guild_id?: string;
}

/** Takes what the gateway's line brings: in order within a chat, and never more of it in memory than fits. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #lanes: Lanes;
  /** Names of people by their ids: who takes a reaction away is told by id alone. */
  readonly #names = new RecentMap<string>(MOST_NAMES);
  /** Chats whose history will be asked for again. */
  readonly #fillsAgain = new Set<string>();
  /** The servers that the bot was in when the session began. */
  #expected = new Set<string>();
  /** Up to when the line had been read when the session began; undefined for an account that is new. */
  #readUpToMs: number | undefined;
  /** After which message a private chat that nobody knew of has not been read. */
  #unreadFrom: string | undefined;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    const { host, signal } = parts;
    this.#lanes = new Lanes({ fill: (chat) => this.#fill(chat), log: host.log, signal });
  }

  /** Never throws. What cannot be read is left out. */
  take(event: Dispatch): void {
    try {
      this.#take(event);
    } catch (error) {
      this.#parts.host.log.error(
        { error, type: event.type },
        "something that Discord told cannot be read and is left out",
      );
    }
  }

  /** Resolves once nothing of what was taken is still on its way. */
  async settled(): Promise<void> {
    await this.#lanes.settled();
    await this.#parts.desk.settled();
  }

  #take(event: Dispatch): void {
    const { data, type, id } = event;
    switch (type) {
      case "READY":
        return this.#begin(data as { guilds: readonly { id: string }[] });
      case "GUILD_CREATE":
        return this.#meet(data as GatewayGuildCreateDispatchData);
      case "GUILD_DELETE":
        return this.#leave(data as { id: string; unavailable?: boolean }, id);
      case "MESSAGE_CREATE":
        return this.#hear(data as HeardMessage);
      case "MESSAGE_UPDATE":
        return this.#note(data as HeardMessage, (place, reader) =>
          readEdit(data as HeardMessage, place, reader),
        );
      case "MESSAGE_DELETE":
        return this.#note(data as Located, (place, reader) =>
          readRemoval((data as { id: string }).id, place, reader),
        );
      case "MESSAGE_DELETE_BULK":
        for (const one of (data as { ids: readonly string[] }).ids) {
          this.#note(data as Located, (place, reader) => readRemoval(one, place, reader));
        }
        return;
      case "MESSAGE_REACTION_ADD":
      case "MESSAGE_REACTION_REMOVE":
        return this.#react(data as HeardReaction & Located, type === "MESSAGE_REACTION_ADD", id);
      case "INTERACTION_CREATE":
        return this.#interact(data as APIInteraction);
      case "CHANNEL_DELETE":
      case "THREAD_DELETE": {
        const { id: gone } = data as { id: string };
        return this.#forget((place) => place.id === gone || place.parent === gone, id);
      }
      default:
        return notePlaces(event, this.#parts.reader.places);
    }
  }

  /** A session has begun: what came before it is told by nobody. */
  #begin({ guilds }: { readonly guilds: readonly { readonly id: string }[] }): void {
    const { bookmarks, clock } = this.#parts;
    this.#expected = new Set(guilds.map(({ id }) => id));
    this.#readUpToMs = bookmarks.isNew ? undefined : timeOf(bookmarks.lineUpTo);
    if (bookmarks.isNew) bookmarks.beginWith(idAt(clock.now()));
    this.#unreadFrom = bookmarks.startOfOthers;
    bookmarks.awaitGuilds([...this.#expected]);
    // The chats of servers are described one by one after this; nobody describes private ones.
    for (const place of bookmarks.places) if (place.kind === "dm") this.#fillLater(place);
  }

  #meet(guild: GatewayGuildCreateDispatchData): void {
    const { bookmarks, reader, messages } = this.#parts;
    const { places } = reader;
    if (guild.unavailable) return bookmarks.awaitGuild(guild.id);
    // What it does not describe has gone, or was put away.
    places.forgetGuild(guild.id);
    places.noteGuild(guild);
    const described = new Set<string>();
    const joined = idAt(Date.parse(guild.joined_at));
    const channels: readonly AnyChannel[] = [...guild.channels, ...guild.threads];
    for (const channel of channels) {
      const place = places.noteChannel(channel, guild.id);
      described.add(channel.id);
      const start = laterOf(bookmarks.startOf(channel.id, guild.id), joined);
      const last = channel.last_message_id;
      if (!place || !last || !isAfter(last, start) || !messages.isHeard(place)) continue;
      bookmarks.begin(place, start);
      this.#fillLater(place, start);
    }
    bookmarks.noteDescribed(guild.id);
    // A thread that is not described was archived meanwhile: after its last message.
    for (const place of bookmarks.places) {
      if (place.guild === guild.id && place.kind === "thread" && !described.has(place.id))
        this.#fillLater(place);
    }
    this.#introduce(guild, channels);
  }

  /** The bot was taken into a server: now, or while nobody listened. */
  #introduce(guild: GatewayGuildCreateDispatchData, channels: readonly AnyChannel[]): void {
    const { reader, messages } = this.#parts;
    const joinedAtMs = Date.parse(guild.joined_at);
    const isNew = this.#readUpToMs !== undefined && joinedAtMs > this.#readUpToMs;
    if (this.#expected.has(guild.id) && !isNew) return;
    this.#expected.add(guild.id);
    const ids = [
      ...(guild.system_channel_id ? [guild.system_channel_id] : []),
      ...channels.map(({ id }) => id),
    ];
    const place = ids
      .map((id) => reader.places.of(id))
      .find((one) => one?.kind === "channel" && messages.isHeard(one));
    if (!place) return;
    const owner: Sender = { id: guild.owner_id, name: guild.name, isBot: false };
    const name = `${guild.id}/${guild.joined_at}`;
    this.#later(place, () => readOwnMove("joined", reader.places.addressIn(place), owner, name));
  }

  #leave(
    { id: guild, unavailable }: { readonly id: string; readonly unavailable?: boolean },
    id: string,
  ): void {
    const { bookmarks, reader } = this.#parts;
    // Discord cannot reach the server for now; the bot is still in it.
    if (unavailable) return bookmarks.awaitGuild(guild);
    bookmarks.noteDescribed(guild);
    this.#expected.delete(guild);
    this.#forget((place) => place.guild === guild, id);
    reader.places.forgetGuild(guild);
  }

  /** Nobody would read an answer in these chats any more. */
  #forget(isGone: (place: Place) => boolean, id: string): void {
    const { bookmarks, reader } = this.#parts;
    for (const remembered of bookmarks.places.filter(isGone)) {
      const place = reader.places.of(remembered.id) ?? remembered;
      bookmarks.forget(place.id);
      const by: Sender = { id: place.guild ?? place.id, name: place.name ?? place.id, isBot: false };
      this.#later(place, () => readOwnMove("left", reader.places.addressIn(place), by, `${place.id}/${id}`));
    }
    reader.places.forget(isGone);
  }

  #hear(raw: HeardMessage): void {
    const { messages, reader, bookmarks } = this.#parts;
    const { channel_id, guild_id, author } = raw;
    this.#learnName(author);
    const isOwn = author.id === reader.bot.id;
    if (guild_id === undefined && !isOwn) this.#meetPerson(channel_id, author.id);
    const run = async () => {
      const place = await this.#placeOf(raw);
      if (!place) return;
      if (!bookmarks.knows(place)) await this.#fillBefore(raw, place, isOwn);
      await messages.take(raw, place);
    };
    this.#lanes.add(channel_id, { kind: "message", run });
  }

  #react(reaction: HeardReaction & Located, added: boolean, id: string): void {
    const { user_id: user, member, channel_id, guild_id } = reaction;
    const { reader } = this.#parts;
    if (member?.user) this.#learnName(member.user);
    if (guild_id === undefined && user !== reader.bot.id) this.#meetPerson(channel_id, user);
    const about = { reader, id, name: this.#names.get(user) };
    this.#note(reaction, (place) => readReaction(reaction, added, place, about));
  }

  #interact(interaction: APIInteraction): void {
    const { desk, reader, messages } = this.#parts;
    const channel = channelOf(interaction);
    const guild = interaction.guild_id;
    const user = interaction.member?.user ?? interaction.user;
    if (user) this.#learnName(user);
    const place = channel && (reader.places.of(channel.id) ?? this.#placeWith(channel, guild, user?.id));
    if (place) desk.take(interaction, place, messages.isHeard(place));
    else desk.turnAway(interaction);
  }

  /** The chat of an interaction, which may be one that nothing was heard of before. */
  #placeWith(channel: AnyChannel, guild: string | undefined, user: string | undefined): Place | undefined {
    const { places } = this.#parts.reader;
    const isDirect = guild === undefined && channel.type === 1 && user !== undefined;
    return isDirect ? this.#meetPerson(channel.id, user) : places.noteChannel(channel, guild);
  }

  /** Nobody describes direct chats: whoever writes in one is whom it is with. */
  #meetPerson(channel: string, user: string): Place {
    const { reader, onDirect } = this.#parts;
    const known = reader.places.of(channel);
    if (known) return known;
    onDirect(user, channel);
    return reader.places.note({ id: channel, kind: "dm", user });
  }

  /** What happened besides messages, where it happened in a chat that the bot listens in. */
  #note(at: Located, read: (place: Place, reader: Reader) => HeardEvent | undefined): void {
    const { reader, messages } = this.#parts;
    const run = async () => {
      const place = await this.#placeOf(at);
      const heard = place && messages.isHeard(place) ? read(place, reader) : undefined;
      if (heard) await this.#report(heard);
    };
    this.#lanes.add(at.channel_id, { kind: "event", run });
  }

  #later(place: Place, read: () => HeardEvent): void {
    this.#lanes.add(place.id, { kind: "event", run: () => this.#report(read()) });
  }

  /** Where nobody knew of a chat, more may have been written in it while nobody listened. */
  async #fillBefore({ id }: HeardMessage, place: Place, isOwn: boolean): Promise<void> {
    const { bookmarks, messages } = this.#parts;
    const isFirst = place.kind === "dm" && !isOwn;
    const start = isFirst ? this.#unreadFrom : bookmarks.startOfAwaited(place.guild);
    if (start === undefined) return;
    const isWhole = await messages.fill(place, start, id);
    if (!isWhole) void this.#fillAgain(place);
  }

  #fillLater({ id }: Place, start?: string): void {
    this.#lanes.add(id, { kind: "fill", run: () => this.#fill(id, start) });
  }

  async #fill(chat: string, start?: string): Promise<void> {
    const { reader, messages } = this.#parts;
    const place = reader.places.of(chat);
    if (!place) return;
    const isWhole = await messages.fill(place, start);
    if (!isWhole) void this.#fillAgain(place);
  }

  /** Meanwhile the chat is heard: what is read late is out of order, and what is read twice is known. */
  async #fillAgain(place: Place): Promise<void> {
    const { clock, signal } = this.#parts;
    if (this.#fillsAgain.has(place.id)) return;
    this.#fillsAgain.add(place.id);
    await clock.sleep(FILL_AGAIN_MS, signal);
    this.#fillsAgain.delete(place.id);
    if (!signal.aborted) this.#fillLater(place);
  }

  async #report({ id, event }: HeardEvent): Promise<void> {
    const { host, clock, signal } = this.#parts;
    await handOver(() => host.report(id, event), { clock, log: host.log, signal, about: { event: id } });
  }

  /** Undefined for a chat that Discord does not show to the bot. */
  async #placeOf({ channel_id: id, guild_id: guild }: Located): Promise<Place | undefined> {
    const { reader, calls, patient } = this.#parts;
    const known = reader.places.of(id);
    if (known) return known;
    const channel = await patient.ask("a channel", (signal) => calls.channel(id, signal));
    return channel && reader.places.noteChannel(channel, guild);
  }

  #learnName(user: APIUser): void {
    this.#names.set(user.id, nameOf(user));
  }
}
