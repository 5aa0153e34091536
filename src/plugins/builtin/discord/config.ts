import { z } from "zod";
import {
  accountsOf,
  accountTalkFields,
  groupFields,
  ownSecret,
  platformId,
  talkFields,
  tokenFile,
} from "../../channel-config.ts";

function botFields() {
  return {
    token: ownSecret().optional().describe("The bot's token, from the Discord Developer Portal."),
    tokenFile: tokenFile(),
  };
}

const guildsSchema = z.record(
  z.string(),
  z.strictObject({
    ...groupFields(),
    roles: z.array(platformId()).optional().describe("Discord roles whose members may write here."),
    channels: z.record(z.string(), z.strictObject(groupFields())).default({}).describe("Single channels."),
  }),
);

const accountSchema = z.strictObject({
  ...botFields(),
  ...accountTalkFields(),
  guilds: guildsSchema.optional().describe("As for the channel."),
});

/** `channels.discord`. */
export const discordSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the channel runs."),
    ...botFields(),
    ...talkFields(),
    accounts: accountsOf(accountSchema),
    guilds: guildsSchema.default({}).describe("Servers, by their id; `*` stands for all others."),
  })
  .describe("Discord bots.");
