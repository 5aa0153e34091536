import { GatewayDispatchEvents, type APIGuildMember } from "discord-api-types/v10";
import { refused } from "../api-failure.ts";
import { may } from "../permissions.ts";
import { compareIds } from "../snowflake.ts";
import { guildOf, limitOf, part, route, type Route, type Visit } from "./route.ts";

export const guildRoutes: readonly Route[] = [
  route(
    "getGuild",
    "GET /guilds/:guild",
    (visit) => {
      const guild = guildOf(visit);
      const count = {
        approximate_member_count: guild.members.size,
        approximate_presence_count: guild.members.size,
      };
      return { ...guild.asGuild(), ...(visit.query.get("with_counts") === "true" ? count : {}) };
    },
    { query: ["with_counts"] },
  ),
  route("getGuildChannels", "GET /guilds/:guild/channels", (visit) =>
    guildOf(visit)
      .rooms.filter((room) => !room.thread && !room.isDeleted && may(room, visit.bot.id, "ViewChannel"))
      .map((room) => room.asChannel()),
  ),
  route("getGuildRoles", "GET /guilds/:guild/roles", (visit) => guildOf(visit).roles),
  route("getGuildEmojis", "GET /guilds/:guild/emojis", (visit) => guildOf(visit).emojis),
  route("getGuildStickers", "GET /guilds/:guild/stickers", (visit) => guildOf(visit).stickers),
  route("getGuildSticker", "GET /guilds/:guild/stickers/:sticker", (visit) => {
    const sticker = guildOf(visit).stickers.find(({ id }) => id === part(visit, "sticker"));
    if (!sticker) throw refused("unknownSticker");
    return sticker;
  }),
  route("getSticker", "GET /stickers/:sticker", (visit) => {
    const sticker = visit.world.guilds
      .flatMap(({ stickers }) => stickers)
      .find(({ id }) => id === part(visit, "sticker"));
    if (!sticker) throw refused("unknownSticker");
    return sticker;
  }),
  route(
    "listGuildMembers",
    "GET /guilds/:guild/members",
    (visit): APIGuildMember[] => {
      const guild = guildOf(visit);
      // The list is for bots with the privileged intent only.
      if (!visit.bot.guildMembers) throw refused("missingAccess");
      const after = visit.query.get("after") ?? "0";
      const ids = [...guild.members.keys()].filter((id) => compareIds(id, after) > 0).toSorted(compareIds);
      return ids.slice(0, limitOf(visit, 1, 1000)).flatMap((id) => guild.asMember(id) ?? []);
    },
    { query: ["after", "limit"] },
  ),
  route(
    "searchGuildMembers",
    "GET /guilds/:guild/members/search",
    (visit): APIGuildMember[] => {
      const guild = guildOf(visit);
      const start = (visit.query.get("query") ?? "").toLowerCase();
      const found = [...guild.members.values()].filter(({ user, nick }) =>
        [user.username, nick ?? ""].some((name) => name.toLowerCase().startsWith(start)),
      );
      return found.slice(0, limitOf(visit, 1, 1000)).flatMap(({ user }) => guild.asMember(user.id) ?? []);
    },
    { query: ["query", "limit"] },
  ),
  route("getGuildMember", "GET /guilds/:guild/members/:user", (visit) =>
    memberOf(visit, part(visit, "user")),
  ),
  route<{ nick?: string | null }>(
    "modifyCurrentMember",
    "PATCH /guilds/:guild/members/@me",
    (visit) => {
      const guild = guildOf(visit);
      const member = guild.members.get(visit.bot.id);
      if (!member) throw refused("unknownMember");
      member.nick = visit.body.nick ?? null;
      return memberOf(visit, visit.bot.id);
    },
    { fields: { nick: true } },
  ),
  route("leaveGuild", "DELETE /users/@me/guilds/:guild", (visit) => {
    const guild = guildOf(visit);
    visit.world.tell(visit.bot, GatewayDispatchEvents.GuildDelete, { id: guild.id }, guild);
    guild.bots.delete(visit.bot.id);
    guild.members.delete(visit.bot.id);
    visit.world.changed();
  }),
];

function memberOf(visit: Visit, id: string): APIGuildMember {
  const guild = guildOf(visit);
  const member = guild.asMember(id);
  if (!member) throw refused(visit.world.users.has(id) ? "unknownMember" : "unknownUser");
  return member;
}
