import { z } from "zod";
import {
  accountsOf,
  accountTalkFields,
  groupFields,
  ownSecret,
  talkFields,
  urlPath,
  webAddress,
} from "../../channel-config.ts";

function appFields() {
  return {
    appId: z.string().min(1).meta({ own: true }).optional().describe("The app's id: `cli_…`."),
    appSecret: ownSecret().optional().describe("The app's secret."),
    verificationToken: ownSecret().optional().describe("For connectionMode `webhook`."),
    encryptKey: ownSecret().optional().describe("For connectionMode `webhook`."),
    webhookPath: urlPath().optional().describe("Our path for it. Default: /feishu/events."),
  };
}

const domain = () => z.union([z.enum(["feishu", "lark"]), webAddress()]);
const connectionMode = () => z.enum(["websocket", "webhook"]);
const groupsSchema = z.record(z.string(), z.strictObject(groupFields()));

const accountSchema = z.strictObject({
  ...appFields(),
  ...accountTalkFields(),
  domain: domain().optional().describe("As for the channel."),
  connectionMode: connectionMode().optional().describe("As for the channel."),
  groups: groupsSchema.optional().describe("As for the channel."),
});

/** `channels.feishu`. */
export const feishuSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the channel runs."),
    ...appFields(),
    ...talkFields(),
    domain: domain().default("feishu").describe("`feishu`, `lark`, or the address of another installation."),
    connectionMode: connectionMode()
      .default("websocket")
      .describe("`websocket` needs no public address; `webhook` does."),
    accounts: accountsOf(accountSchema),
    groups: groupsSchema.default({}).describe("Groups, by their id; `*` stands for all others."),
  })
  .describe("Feishu and Lark apps.");
