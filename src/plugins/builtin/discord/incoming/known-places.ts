import type { APIGuild, APIRole } from "discord-api-types/v10";
import type { Dispatch } from "./gateway/packets.ts";
import type { AnyChannel, Place, Places } from "./places.ts";

/**
 * Takes note of servers that change, and of channels, threads and roles that come, change and go. Returns the chat that
 * is gone; undefined where none is.
 */
export function notePlaces({ type, data }: Dispatch, places: Places): Place | undefined {
  switch (type) {
    case "CHANNEL_CREATE":
    case "CHANNEL_UPDATE":
    case "THREAD_CREATE":
    case "THREAD_UPDATE":
      places.noteChannel(data as AnyChannel);
      return undefined;
    case "CHANNEL_DELETE":
    case "THREAD_DELETE":
      return places.forget((data as AnyChannel).id);
    case "THREAD_LIST_SYNC": {
      const { guild_id, threads } = data as { guild_id: string; threads: readonly AnyChannel[] };
      for (const thread of threads) places.noteChannel(thread, guild_id);
      return undefined;
    }
    case "GUILD_UPDATE":
      places.noteGuild(data as APIGuild);
      return undefined;
    case "GUILD_ROLE_CREATE":
    case "GUILD_ROLE_UPDATE": {
      const { guild_id, role } = data as { guild_id: string; role: APIRole };
      places.noteRole(guild_id, role);
      return undefined;
    }
    case "GUILD_ROLE_DELETE": {
      const { guild_id, role_id } = data as { guild_id: string; role_id: string };
      places.forgetRole(guild_id, role_id);
      return undefined;
    }
    default:
      return undefined;
  }
}
