import { z } from "zod";
import type { AccountIn } from "../../channel-accounts.ts";
import {
  accountsOf,
  accountTalkFields,
  count,
  groupFields,
  ownSecret,
  talkFields,
  tokenFile,
  urlPath,
  webAddress,
  webhookUrl,
} from "../../channel-config.ts";

function botFields() {
  return {
    botToken: ownSecret().optional().describe("The bot's token, from @BotFather."),
    tokenFile: tokenFile(),
    webhookUrl: webhookUrl().optional().describe("Where Telegram calls us. Long polling when omitted."),
    webhookSecret: ownSecret().optional().describe("What Telegram must present there."),
    webhookPath: urlPath()
      .optional()
      .meta({ own: true })
      .describe("Our path for it; that of webhookUrl when omitted."),
  };
}

/** What an account may have otherwise than the channel. */
function telegramFields() {
  return {
    apiRoot: webAddress()
      .optional()
      .describe("The address of a Bot API server of your own. Default: https://api.telegram.org."),
    format: z
      .enum(["html", "rich"])
      .optional()
      .describe(
        "How answers are formatted. `html` (the default) is read by every client; `rich` uses Telegram's rich messages, which older clients do not show.",
      ),
    linkPreview: z.boolean().optional().describe("Whether links in answers get a preview. Default: true."),
    silent: z.boolean().optional().describe("Whether messages come without a sound. Default: false."),
    mediaMaxMb: count()
      .optional()
      .describe(
        "The biggest file that is fetched. Default: 20, more is possible with an apiRoot of your own.",
      ),
    commandMenu: z
      .boolean()
      .optional()
      .describe("Whether Telegram's menu offers the commands. Default: true."),
  };
}

const topicSchema = z.strictObject(groupFields());

const groupsSchema = z.record(
  z.string(),
  z.strictObject({
    ...groupFields(),
    topics: z.record(z.string(), topicSchema).default({}).describe("Single topics, by their id."),
  }),
);

const accountSchema = z.strictObject({
  ...botFields(),
  ...accountTalkFields(),
  ...telegramFields(),
  groups: groupsSchema.optional().describe("As for the channel."),
});

/** `channels.telegram`. */
export const telegramSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the channel runs."),
    ...botFields(),
    ...talkFields(),
    ...telegramFields(),
    accounts: accountsOf(accountSchema),
    groups: groupsSchema.default({}).describe("Groups, by their id; `*` stands for all others."),
  })
  .superRefine(checkWebhookPaths)
  .describe("Telegram bots.");

/** `channels.telegram`, as the schema makes it. */
export type TelegramSection = z.output<typeof telegramSchema>;

/** One account, complete. */
export type TelegramAccount = AccountIn<TelegramSection>["section"];

interface Bot {
  readonly webhookUrl?: string | undefined;
  readonly webhookPath?: string | undefined;
}

/** Two bots with one path could not tell their updates apart. */
function checkWebhookPaths(
  section: Bot & { readonly accounts: Readonly<Record<string, Bot>> },
  context: z.RefinementCtx,
): void {
  const owners = new Map<string, string>();
  const { default: own, ...others } = section.accounts;
  for (const [name, bot] of Object.entries({ default: { ...section, ...own }, ...others })) {
    const path = bot.webhookPath ?? pathOf(bot.webhookUrl);
    if (path === undefined) continue;
    const owner = owners.get(path);
    if (owner !== undefined) {
      const key = bot.webhookPath === undefined ? "webhookUrl" : "webhookPath";
      context.addIssue({
        code: "custom",
        path: ["accounts", name, key],
        message: `the account "${owner}" has the webhook path ${path} already`,
      });
    }
    owners.set(path, name);
  }
}

/** The path under which an account is called, if it is called at all. */
export function webhookPathOf(bot: Bot): string | undefined {
  return bot.webhookUrl === undefined ? undefined : (bot.webhookPath ?? pathOf(bot.webhookUrl));
}

function pathOf(address: string | undefined): string | undefined {
  // A faulty address is a problem of its own; this check runs all the same.
  return address === undefined || !URL.canParse(address) ? undefined : new URL(address).pathname;
}
