import type { DiscordAccount } from "../config.ts";

const GUILDS = 1 << 0;
const GUILD_MESSAGES = 1 << 9;
const GUILD_MESSAGE_REACTIONS = 1 << 10;
const DIRECT_MESSAGES = 1 << 12;
const DIRECT_MESSAGE_REACTIONS = 1 << 13;
/** Privileged: somebody has to switch it on. Private messages and those that name the bot have text without it. */
const MESSAGE_CONTENT = 1 << 15;

/** What Discord is asked to tell of: no more than the account listens to. */
export function intentsOf(account: Pick<DiscordAccount, "groupPolicy" | "reactionNotifications">): number {
  const hearsReactions = account.reactionNotifications !== "off";
  const isInGuilds = account.groupPolicy !== "disabled";
  return (
    GUILDS |
    DIRECT_MESSAGES |
    (hearsReactions ? DIRECT_MESSAGE_REACTIONS : 0) |
    (isInGuilds ? GUILD_MESSAGES | MESSAGE_CONTENT : 0) |
    (isInGuilds && hearsReactions ? GUILD_MESSAGE_REACTIONS : 0)
  );
}
