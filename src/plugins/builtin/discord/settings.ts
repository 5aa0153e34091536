import {
  groupSettings,
  type PlacedSettings,
  type PlaceSection,
  privateSettings,
  sectionOf,
} from "../../chat-rules.ts";
import type { Address } from "../../types.ts";
import type { DiscordAccount, GuildSection, RoomSection } from "./config.ts";
import type { KnownPlaces } from "./incoming/places.ts";

const GUILDS_KEY = "channels.discord.guilds";

/** One chat's settings, with what only Discord has. */
export interface DiscordSettings extends PlacedSettings {
  /** A message for the bot opens a thread, in which the conversation goes on. */
  readonly autoThread: boolean;
}

/** How the configuration wants the chats of one account to be treated. */
export class Settings {
  readonly #account: DiscordAccount;
  readonly #places: KnownPlaces;

  constructor(account: DiscordAccount, places: KnownPlaces) {
    this.#account = account;
    this.#places = places;
  }

  /** A thread is treated like its channel, where nothing is said about the thread itself. */
  of({ scope, chat, thread }: Pick<Address, "scope" | "chat" | "thread">): DiscordSettings {
    if (scope === "dm") return { ...privateSettings(this.#account), autoThread: false };
    const place = this.#places.of(thread ?? chat);
    const guild = sectionOf(this.#account.guilds, place?.guild === undefined ? [] : [place.guild]);
    if (!guild) return { ...groupSettings(this.#account, [], GUILDS_KEY), autoThread: false };
    const ids = [...(thread === undefined ? [] : [thread]), chat, ...(place?.parent ? [place.parent] : [])];
    const { sections, key } = roomsOf(guild.section, guild.key, ids);
    const all = [guild.section, ...sections];
    return {
      ...groupSettings(this.#account, all.map(asPlace), key),
      autoThread: all.findLast(({ autoThread }) => autoThread !== undefined)?.autoThread ?? false,
    };
  }
}

const CLOSED: RoomSection = { enabled: false };

/** What is said of a room, from the channel to the thread; `key` is where an owner would let the bot in. */
function roomsOf({ channels }: GuildSection, guild: string, ids: readonly string[]) {
  if (Object.keys(channels).length === 0) return { sections: [], key: GUILDS_KEY };
  const key = `${GUILDS_KEY}.${guild}.channels`;
  const own = ids.flatMap((id) => (Object.hasOwn(channels, id) ? [channels[id] ?? CLOSED] : [])).toReversed();
  if (own.length > 0) return { sections: own, key };
  return { sections: [channels["*"] ?? CLOSED], key };
}

/** `users` and `allowFrom` are one list. */
function asPlace({ users, allowFrom, ...section }: GuildSection | RoomSection): PlaceSection {
  const listed = [...(users ?? []), ...(allowFrom ?? [])];
  const isListed = users !== undefined || allowFrom !== undefined;
  return { ...section, ...(isListed ? { allowFrom: [...new Set(listed)] } : {}) };
}
