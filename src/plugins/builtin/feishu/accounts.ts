import { systemClock } from "../../../lib/clock.ts";
import { type AccountIn, accountsIn, ownKeysOf } from "../../channel-accounts.ts";
import type { GatewayPluginApi } from "../../types.ts";
import { type Unusable, UnusableChannel } from "../../unusable-channel.ts";
import { type FeishuAccount, feishuSchema, type FeishuSection, webhookPathOf } from "./config.ts";
import { MOST_EVENT_BYTES } from "./incoming/webhook.ts";

/** Adds a channel for each account of the section, and the way in for those that Feishu calls. */
export async function addAccounts(api: GatewayPluginApi, section: FeishuSection): Promise<void> {
  for (const account of accountsIn(section, ownKeysOf(feishuSchema))) await addAccount(api, account);
}

async function addAccount(
  api: GatewayPluginApi,
  { name, section: account }: AccountIn<FeishuSection>,
): Promise<void> {
  const log = api.log.child({ channel: `feishu/${name}` });
  const place = name === "default" ? "channels.feishu" : `channels.feishu.accounts.${name}`;
  const app = appOf(account, place);
  if ("problem" in app) {
    log.warn({ problem: app.problem, fix: app.fix }, "an account goes without its app");
    api.registerChannel(new UnusableChannel("feishu", name, app, systemClock.now()));
    return;
  }
  // The SDK behind it takes its time and its room: they are for an app that it can be used with.
  const { FeishuChannel } = await import("./channel.ts");
  const channel = new FeishuChannel({ name, account, ...app, clock: systemClock, log });
  api.registerChannel(channel);
  if (account.connectionMode !== "webhook") return;
  api.registerHttpRoute("POST", asPath(webhookPathOf(name, account)), (request) => channel.webhook(request), {
    auth: "none",
    maxBodyBytes: MOST_EVENT_BYTES,
    // Each caller has to show the app's secret; under which name the platform was told of us only it knows.
    hosts: ["*"],
  });
}

interface App {
  readonly appId: string;
  readonly appSecret: string;
}

/** The SDK starts no connection for any other, and says nothing. */
const APP_ID = /^cli_[0-9a-fA-F]{16}$/;
const CONSOLE = "Copy it from the developer console, under Credentials & Basic Info";

function appOf({ appId, appSecret, ...account }: FeishuAccount, place: string): App | Unusable {
  if (appId === undefined) return { problem: "it has no app id", fix: `${CONSOLE}, to ${place}.appId.` };
  if (!APP_ID.test(appId.trim())) {
    const problem = "its app id is none: an app id is cli_ and 16 characters of 0–9 and a–f";
    return { problem, fix: `${CONSOLE}, to ${place}.appId.` };
  }
  if (appSecret === undefined)
    return { problem: "it has no app secret", fix: `${CONSOLE}, to ${place}.appSecret.` };
  const isUnproved = account.encryptKey === undefined && account.verificationToken === undefined;
  if (account.connectionMode === "webhook" && isUnproved) {
    return {
      problem: "anybody could pretend to be Feishu at its webhook",
      fix: `Set ${place}.encryptKey or ${place}.verificationToken to what the developer console has under Events & Callbacks, Encryption Strategy.`,
    };
  }
  return { appId: appId.trim(), appSecret: appSecret.trim() };
}

/** The schema has seen to it that a path begins with a slash. */
const asPath = (path: string) => path as `/${string}`;
