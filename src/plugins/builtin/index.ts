import { type Plugin } from "../types.ts";
import type { DiscordSection } from "./discord/config.ts";
import discord from "./discord/index.ts";
import type { FeishuSection } from "./feishu/config.ts";
import feishu from "./feishu/index.ts";
import type { TelegramSection } from "./telegram/config.ts";
import telegram from "./telegram/index.ts";
import type { WebchatConfig } from "./webchat-config.ts";
import webchat from "./webchat.ts";

/** A plugin that comes with the gateway: a channel, named like its section of the configuration. */
export interface BuiltinPlugin {
  readonly name: string;
  readonly plugin: Plugin;
  /** Whether its section, as the schema made it, asks for it. */
  isEnabled(section: unknown): boolean;
  /** Stays as it is until the gateway starts again: what may change in its section is read where it is used. */
  readonly isFixed?: boolean;
}

// Sections come out of `channelSchemas`, so each has the shape of its channel's schema.
const webchatOf = (section: unknown) => section as WebchatConfig | undefined;
const discordOf = (section: unknown) => section as DiscordSection | undefined;
const feishuOf = (section: unknown) => section as FeishuSection | undefined;
const telegramOf = (section: unknown) => section as TelegramSection | undefined;

/** The list of built-in channels. */
export const builtinPlugins: readonly BuiltinPlugin[] = [
  {
    name: "webchat",
    plugin: webchat,
    isEnabled: (section) => webchatOf(section)?.enabled ?? true,
    isFixed: true,
  },
  { name: "telegram", plugin: telegram, isEnabled: (section) => telegramOf(section)?.enabled ?? false },
  { name: "discord", plugin: discord, isEnabled: (section) => discordOf(section)?.enabled ?? false },
  { name: "feishu", plugin: feishu, isEnabled: (section) => feishuOf(section)?.enabled ?? false },
];

/** The credential that only lets people chat from the page; undefined where the gateway's own is asked for. */
export function pageAuthOf(channels: Readonly<Record<string, unknown>>): WebchatConfig["auth"] {
  const section = webchatOf(channels["webchat"]);
  return section?.enabled === false ? undefined : section?.auth;
}
