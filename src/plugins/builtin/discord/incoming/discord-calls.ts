import type {
  APIApplication,
  APIChannel,
  APIGuild,
  APIGuildMember,
  APIMessage,
  APIUser,
  RESTAPIPartialCurrentUserGuild,
  RESTGetAPIGatewayBotResult,
} from "discord-api-types/v10";
import type { Rest } from "../outgoing/api.ts";

/** Which messages of a chat: the youngest, those before one, or those right after one. */
export type Page = { readonly before?: string; readonly after?: string };

/** What is asked of Discord to hear of messages. Each is one call, and rejects as `Rest` says. */
export interface DiscordCalls {
  me(signal?: AbortSignal): Promise<APIUser>;
  application(signal?: AbortSignal): Promise<APIApplication>;
  gatewayBot(signal?: AbortSignal): Promise<RESTGetAPIGatewayBotResult>;
  channel(channel: string, signal?: AbortSignal): Promise<APIChannel>;
  message(channel: string, message: string, signal?: AbortSignal): Promise<APIMessage>;
  /** At most 100, the youngest first. */
  messages(channel: string, page: Page, signal?: AbortSignal): Promise<readonly APIMessage[]>;
  member(guild: string, user: string, signal?: AbortSignal): Promise<APIGuildMember>;
  /** The servers that the bot is in; at most 200. */
  guilds(signal?: AbortSignal): Promise<readonly RESTAPIPartialCurrentUserGuild[]>;
  guild(guild: string, signal?: AbortSignal): Promise<APIGuild>;
  guildChannels(guild: string, signal?: AbortSignal): Promise<readonly APIChannel[]>;
  /** Within three seconds, and once. */
  answer(interaction: { readonly id: string; readonly token: string }, answer: object): Promise<void>;
}

export const MOST_MESSAGES = 100;

/** The calls, through one bot's REST API. */
export function discordCalls(rest: Pick<Rest, "call">): DiscordCalls {
  const get = <T>(path: `/${string}`, signal?: AbortSignal, query?: Record<string, string>) =>
    rest.call<T>({ method: "GET", path, ...(query ? { query } : {}) }, signal);
  return {
    me: (signal) => get("/users/@me", signal),
    application: (signal) => get("/applications/@me", signal),
    gatewayBot: (signal) => get("/gateway/bot", signal),
    channel: (channel, signal) => get(`/channels/${channel}`, signal),
    message: (channel, message, signal) => get(`/channels/${channel}/messages/${message}`, signal),
    messages: (channel, page, signal) =>
      get(`/channels/${channel}/messages`, signal, { ...page, limit: String(MOST_MESSAGES) }),
    member: (guild, user, signal) => get(`/guilds/${guild}/members/${user}`, signal),
    guilds: (signal) => get("/users/@me/guilds", signal),
    guild: (guild, signal) => get(`/guilds/${guild}`, signal),
    guildChannels: (guild, signal) => get(`/guilds/${guild}/channels`, signal),
    answer: ({ id, token }, answer) =>
      rest.call({ method: "POST", path: `/interactions/${id}/${token}/callback`, body: answer, auth: false }),
  };
}
