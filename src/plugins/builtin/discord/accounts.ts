import { systemClock } from "../../../lib/clock.ts";
import { type AccountIn, accountsIn, ownKeysOf, readToken } from "../../channel-accounts.ts";
import type { GatewayPluginApi } from "../../types.ts";
import { UnusableChannel } from "../../unusable-channel.ts";
import { DiscordChannel } from "./channel.ts";
import { discordSchema, type DiscordSection } from "./config.ts";

/** Adds a channel for each account of the section. */
export async function addAccounts(api: GatewayPluginApi, section: DiscordSection): Promise<void> {
  for (const account of accountsIn(section, ownKeysOf(discordSchema))) await addAccount(api, account);
}

async function addAccount(
  api: GatewayPluginApi,
  { name, section: account }: AccountIn<DiscordSection>,
): Promise<void> {
  const log = api.log.child({ channel: `discord/${name}` });
  const place = name === "default" ? "channels.discord" : `channels.discord.accounts.${name}`;
  const read = await readToken(account, `${place}.token`);
  if (read.token === undefined) {
    log.warn({ problem: read.problem, fix: read.fix }, "an account goes without its bot");
    api.registerChannel(new UnusableChannel("discord", name, read, systemClock.now()));
    return;
  }
  api.registerChannel(new DiscordChannel({ name, account, token: read.token, clock: systemClock }));
}
