import { z } from "zod";
import type { AccountIn } from "../../channel-accounts.ts";
import {
  accountsOf,
  accountTalkFields,
  count,
  groupFields,
  ownSecret,
  platformId,
  talkFields,
  tokenFile,
  webAddress,
} from "../../channel-config.ts";

function botFields() {
  return {
    token: ownSecret().optional().describe("The bot's token, from the Discord Developer Portal."),
    tokenFile: tokenFile(),
  };
}

/** What an account may have otherwise than the channel. */
function discordFields() {
  return {
    apiRoot: webAddress()
      .optional()
      .describe(
        "The address of another REST API; the gateway's address is asked for there. Default: https://discord.com/api.",
      ),
    allowBots: z
      .union([z.boolean(), z.literal("mentions")])
      .optional()
      .describe(
        "Whether messages of other bots and of webhooks count: never (the default), always, or `mentions`: where they name this bot. After ten of them without a person's, the bot is silent there until a person writes.",
      ),
    linkPreview: z.boolean().optional().describe("Whether links in answers get a preview. Default: false."),
    silent: z.boolean().optional().describe("Whether messages come without a sound. Default: false."),
    mediaMaxMb: count().optional().describe("The biggest file that is fetched. Default: 25."),
    commandMenu: z
      .boolean()
      .optional()
      .describe("Whether Discord's menu offers the commands. Default: true."),
  };
}

/** What can be set for a server, for one of its channels, and for a thread. */
function placeFields() {
  return {
    ...groupFields(),
    users: z
      .array(platformId())
      .optional()
      .describe(
        "People who may write here; one list with allowFrom. Everybody when neither is set, nor roles.",
      ),
    roles: z
      .array(platformId())
      .optional()
      .describe("Discord roles whose members may write here, besides the people listed."),
    autoThread: z
      .boolean()
      .optional()
      .describe(
        "Whether a message for the bot opens a thread, in which the conversation goes on. Default: false.",
      ),
  };
}

const guildsSchema = z.record(
  z.string(),
  z.strictObject({
    ...placeFields(),
    channels: z
      .record(z.string(), z.strictObject(placeFields()))
      .default({})
      .describe(
        "Single channels and threads, by their id; all others are closed then, unless `*` stands for them. A thread is treated like its channel.",
      ),
  }),
);

const accountSchema = z.strictObject({
  ...botFields(),
  ...accountTalkFields(),
  ...discordFields(),
  guilds: guildsSchema.optional().describe("As for the channel."),
});

/** `channels.discord`. */
export const discordSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the channel runs."),
    ...botFields(),
    ...talkFields(),
    ...discordFields(),
    accounts: accountsOf(accountSchema),
    guilds: guildsSchema.default({}).describe("Servers, by their id; `*` stands for all others."),
  })
  .describe("Discord bots.");

/** `channels.discord`, as the schema makes it. */
export type DiscordSection = z.output<typeof discordSchema>;

/** One account, complete. */
export type DiscordAccount = AccountIn<DiscordSection>["section"];

/** What is set for a server. */
export type GuildSection = DiscordSection["guilds"][string];

/** What is set for a channel or thread of a server. */
export type RoomSection = GuildSection["channels"][string];
