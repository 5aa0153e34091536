import {
  GatewayDispatchEvents as E,
  GatewayIntentBits as I,
  type GatewayMessageCreateDispatchData,
} from "discord-api-types/v10";
import type { BotAccount } from "../bot-account.ts";
import { blanked } from "../message.ts";
import type { EventName, WorldEvent } from "../world.ts";

/** The intent for an event in a server, and the one for the same in a direct chat. */
type Needed = readonly [inGuild: I, direct?: I];

const MESSAGES: Needed = [I.GuildMessages, I.DirectMessages];
const REACTIONS: Needed = [I.GuildMessageReactions, I.DirectMessageReactions];
const GUILDS: Needed = [I.Guilds];
const MEMBERS: Needed = [I.GuildMembers];

/** Events that are not listed come without any intent. */
const NEEDED: { readonly [T in EventName]?: Needed } = {
  [E.MessageCreate]: MESSAGES,
  [E.MessageUpdate]: MESSAGES,
  [E.MessageDelete]: MESSAGES,
  [E.MessageDeleteBulk]: [I.GuildMessages],
  [E.MessageReactionAdd]: REACTIONS,
  [E.MessageReactionRemove]: REACTIONS,
  [E.MessageReactionRemoveAll]: REACTIONS,
  [E.MessageReactionRemoveEmoji]: REACTIONS,
  [E.TypingStart]: [I.GuildMessageTyping, I.DirectMessageTyping],
  [E.ChannelPinsUpdate]: [I.Guilds, I.DirectMessages],
  [E.GuildCreate]: GUILDS,
  [E.GuildUpdate]: GUILDS,
  [E.GuildDelete]: GUILDS,
  [E.GuildRoleCreate]: GUILDS,
  [E.GuildRoleUpdate]: GUILDS,
  [E.GuildRoleDelete]: GUILDS,
  [E.ChannelCreate]: GUILDS,
  [E.ChannelUpdate]: GUILDS,
  [E.ChannelDelete]: GUILDS,
  [E.ThreadCreate]: GUILDS,
  [E.ThreadUpdate]: GUILDS,
  [E.ThreadDelete]: GUILDS,
  [E.ThreadListSync]: GUILDS,
  [E.ThreadMemberUpdate]: GUILDS,
  [E.ThreadMembersUpdate]: GUILDS,
  [E.GuildMemberAdd]: MEMBERS,
  [E.GuildMemberUpdate]: MEMBERS,
  [E.GuildMemberRemove]: MEMBERS,
};

export const ALL_INTENTS = Object.values(I).reduce<number>(
  (all, bit) => (typeof bit === "number" ? all | bit : all),
  0,
);

/** The privileged intents among these that the bot was not given in the developer portal. */
export function disallowed(intents: number, bot: BotAccount): number {
  return (
    (bot.messageContent ? 0 : intents & I.MessageContent) |
    (bot.guildMembers ? 0 : intents & I.GuildMembers) |
    (bot.presence ? 0 : intents & I.GuildPresences)
  );
}

/** Whether a session that asked for these intents hears of an event. */
export function hears(intents: number, { name, guildId }: WorldEvent): boolean {
  const needed = NEEDED[name];
  if (!needed) return true;
  const bit = guildId === undefined ? needed[1] : needed[0];
  return bit !== undefined && (intents & bit) !== 0;
}

/** The data of an event as a session is given it: without Message Content, what is not meant for the bot is blank. */
export function dataFor(intents: number, bot: BotAccount, { name, data, guildId }: WorldEvent): unknown {
  if ((intents & I.MessageContent) !== 0) return data;
  if (name !== E.MessageCreate && name !== E.MessageUpdate) return data;
  return blanked(data as GatewayMessageCreateDispatchData, bot, guildId === undefined);
}
