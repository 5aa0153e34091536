import type {
  APIApplication,
  RESTGetAPIGatewayBotResult,
  RESTPatchAPICurrentUserJSONBody,
  RESTPostAPICurrentUserCreateDMChannelJSONBody,
  UserFlags,
} from "discord-api-types/v10";
import { ApiFailure, refused } from "../api-failure.ts";
import { permissionsInGuild } from "../permissions.ts";
import { part, route, type Route, type Visit } from "./route.ts";

const DAY_MS = 86_400_000;

/** The bot itself, its application, people, and the way to the gateway. */
export const userRoutes: readonly Route[] = [
  route("getGateway", "GET /gateway", ({ gateway }) => ({ url: gateway.url }), { isOpen: true }),
  route("getGatewayBot", "GET /gateway/bot", ({ gateway, bot }): RESTGetAPIGatewayBotResult => ({
    url: gateway.url,
    shards: 1,
    session_start_limit: {
      total: 1000,
      remaining: Math.max(0, bot.identifiesLeft),
      reset_after: bot.identifiesLeft < 1000 ? DAY_MS : 0,
      max_concurrency: 1,
    },
  })),
  route("getCurrentUser", "GET /users/@me", ({ bot }) => meOf(bot)),
  route<RESTPatchAPICurrentUserJSONBody>(
    "modifyCurrentUser",
    "PATCH /users/@me",
    ({ bot, body }) => {
      if (body.username !== undefined) bot.user.username = body.username;
      return meOf(bot);
    },
    { fields: { username: true, avatar: true, banner: true } },
  ),
  route(
    "getCurrentUserGuilds",
    "GET /users/@me/guilds",
    ({ bot, world }) =>
      world.guilds
        .filter(({ bots }) => bots.has(bot.id))
        .map((guild) => ({
          id: guild.id,
          name: guild.name,
          icon: null,
          banner: null,
          owner: false,
          permissions: String(permissionsInGuild(guild, bot.id)),
          features: [],
        })),
    { query: ["before", "after", "limit", "with_counts"] },
  ),
  route<RESTPostAPICurrentUserCreateDMChannelJSONBody>(
    "createDM",
    "POST /users/@me/channels",
    ({ bot, body, world }) => {
      const person = world.users.get(body.recipient_id ?? "");
      if (!person) throw new ApiFailure(400, 50_033, "Invalid Recipient(s)");
      if (person.bot) throw refused("cannotDm");
      return world.direct(person, bot).asChannel(bot.id);
    },
    { fields: { recipient_id: true } },
  ),
  route("getUser", "GET /users/:user", (visit) => {
    const user = visit.world.users.get(part(visit, "user"));
    if (!user) throw refused("unknownUser");
    return user;
  }),
  ...["/applications/@me", "/oauth2/applications/@me"].map((path) =>
    route("getCurrentApplication", `GET ${path}`, (visit) => applicationOf(visit)),
  ),
  route("getApplicationEmojis", "GET /applications/:application/emojis", () => ({ items: [] })),
  // Asked by clients at every start; nobody can buy anything here.
  route("listEntitlements", "GET /applications/:application/entitlements", () => [], {
    query: ["user_id", "sku_ids", "before", "after", "limit", "guild_id", "exclude_ended", "exclude_deleted"],
  }),
];

function meOf({ user, username }: Visit["bot"]): object {
  return { ...user, username, verified: true, mfa_enabled: false, email: null, flags: 0 as UserFlags };
}

function applicationOf({ bot, world }: Visit): APIApplication {
  return {
    id: bot.id,
    name: bot.name,
    icon: null,
    description: "",
    summary: "",
    bot_public: false,
    bot_require_code_grant: false,
    bot: bot.user,
    owner: [...world.users.values()].find((user) => !user.bot) ?? bot.user,
    verify_key: "00".repeat(32),
    team: null,
    flags: bot.flags,
    flags_new: String(bot.flags),
    approximate_guild_count: world.guilds.filter(({ bots }) => bots.has(bot.id)).length,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
  };
}
