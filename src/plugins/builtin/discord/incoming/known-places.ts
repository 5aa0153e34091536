import type { APIGuild, APIRole } from "discord-api-types/v10";
import type { Dispatch } from "./gateway/packets.ts";
import type { AnyChannel, Places } from "./places.ts";

/** Takes note of servers that change, of channels and threads that come and change, and of roles that also go. */
export function notePlaces({ type, data }: Dispatch, places: Places): void {
  switch (type) {
    case "CHANNEL_CREATE":
    case "CHANNEL_UPDATE":
    case "THREAD_CREATE":
      places.noteChannel(data as AnyChannel);
      return;
    case "THREAD_UPDATE": {
      const thread = data as AnyChannel;
      if (thread.thread_metadata?.archived) places.putAway(thread.id);
      else places.noteChannel(thread);
      return;
    }
    case "THREAD_LIST_SYNC": {
      const { guild_id, threads } = data as { guild_id: string; threads: readonly AnyChannel[] };
      for (const thread of threads) places.noteChannel(thread, guild_id);
      return;
    }
    case "GUILD_UPDATE":
      places.noteGuild(data as APIGuild);
      return;
    case "GUILD_ROLE_CREATE":
    case "GUILD_ROLE_UPDATE": {
      const { guild_id, role } = data as { guild_id: string; role: APIRole };
      places.noteRole(guild_id, role);
      return;
    }
    case "GUILD_ROLE_DELETE": {
      const { guild_id, role_id } = data as { guild_id: string; role_id: string };
      places.forgetRole(guild_id, role_id);
      return;
    }
    default:
      return;
  }
}
