import { systemClock } from "../../../lib/clock.ts";
import { type AccountIn, accountsIn, ownKeysOf, readToken } from "../../channel-accounts.ts";
import type { GatewayPluginApi } from "../../types.ts";
import { UnusableChannel } from "../../unusable-channel.ts";
import { TelegramChannel } from "./channel.ts";
import { telegramSchema, type TelegramSection, webhookPathOf } from "./config.ts";
import { lengthOf, toHtml, toPlain } from "./format/format.ts";
import { richLengthOf, richOf } from "./format/rich.ts";
import { MOST_UPDATE_BYTES } from "./incoming/webhook.ts";
import type { Formatter } from "./outgoing/formatter.ts";

/** Markdown as Telegram takes it. */
export const formatter: Formatter = { toHtml, toPlain, lengthOf, richOf, richLengthOf };

/** Adds a channel for each account of the section, and the way in for those that Telegram calls. */
export async function addAccounts(api: GatewayPluginApi, section: TelegramSection): Promise<void> {
  for (const account of accountsIn(section, ownKeysOf(telegramSchema))) await addAccount(api, account);
}

async function addAccount(
  api: GatewayPluginApi,
  { name, section: account }: AccountIn<TelegramSection>,
): Promise<void> {
  const log = api.log.child({ channel: `telegram/${name}` });
  const { botToken, tokenFile, webhookUrl } = account;
  const place = name === "default" ? "channels.telegram" : `channels.telegram.accounts.${name}`;
  const read = await readToken({ token: botToken, tokenFile }, `${place}.botToken`);
  if (read.token === undefined) {
    log.warn({ problem: read.problem, fix: read.fix }, "an account goes without its bot");
    api.registerChannel(new UnusableChannel("telegram", name, read, systemClock.now()));
    return;
  }
  const channel = new TelegramChannel({
    name,
    account,
    token: read.token,
    formatter,
    clock: systemClock,
    log,
  });
  api.registerChannel(channel);
  const path = webhookPathOf(account);
  if (path === undefined || webhookUrl === undefined) return;
  api.registerHttpRoute("POST", asPath(path), (request) => channel.webhook(request), {
    auth: "none",
    maxBodyBytes: MOST_UPDATE_BYTES,
    hosts: [new URL(webhookUrl).host],
  });
}

/** The schema has seen to it that a path begins with a slash. */
const asPath = (path: string) => path as `/${string}`;
