import { z } from "zod";
import type { AccountIn } from "../../channel-accounts.ts";
import {
  accountsOf,
  accountTalkFields,
  count,
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
    verificationToken: ownSecret()
      .optional()
      .describe("For connectionMode `webhook`: the Verification Token of the developer console."),
    encryptKey: ownSecret()
      .optional()
      .describe(
        "For connectionMode `webhook`: the Encrypt Key of the developer console. The safer of the two.",
      ),
    webhookPath: urlPath()
      .optional()
      .meta({ own: true })
      .describe("Our path for it. Default: /feishu/events, and /feishu/events/<account> for other accounts."),
  };
}

const domain = () => z.union([z.enum(["feishu", "lark"]), webAddress()]);
const connectionMode = () => z.enum(["websocket", "webhook"]);
const groupSessionScope = () => z.enum(["group", "topic", "sender"]);

/** What an account may have otherwise than the channel. */
function feishuFields() {
  return {
    mediaMaxMb: count().optional().describe("The biggest file that is fetched, at most 100. Default: 30."),
  };
}

const groupsSchema = z.record(
  z.string(),
  z.strictObject({
    ...groupFields(),
    groupSessionScope: groupSessionScope().optional().describe("As for the channel."),
  }),
);

const accountSchema = z.strictObject({
  ...appFields(),
  ...accountTalkFields(),
  ...feishuFields(),
  domain: domain().optional().describe("As for the channel."),
  connectionMode: connectionMode().optional().describe("As for the channel."),
  groupSessionScope: groupSessionScope().optional().describe("As for the channel."),
  groups: groupsSchema.optional().describe("As for the channel."),
});

/** `channels.feishu`. */
export const feishuSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the channel runs."),
    ...appFields(),
    ...talkFields(),
    ...feishuFields(),
    domain: domain().default("feishu").describe("`feishu`, `lark`, or the address of another installation."),
    connectionMode: connectionMode()
      .default("websocket")
      .describe("`websocket` needs no public address; `webhook` does."),
    groupSessionScope: groupSessionScope()
      .default("topic")
      .describe(
        "What is one conversation in a group: the whole `group`; each `topic`, with what is in none; or what each `sender` writes.",
      ),
    accounts: accountsOf(accountSchema),
    groups: groupsSchema.default({}).describe("Groups, by their id; `*` stands for all others."),
  })
  .superRefine(checkWebhookPaths)
  .describe("Feishu and Lark apps.");

/** `channels.feishu`, as the schema makes it. */
export type FeishuSection = z.output<typeof feishuSchema>;

/** One account, complete. */
export type FeishuAccount = AccountIn<FeishuSection>["section"];

interface Door {
  readonly webhookPath?: string | undefined;
}

const WEBHOOK_PATH = "/feishu/events";

/** The path under which the platform calls an account. */
export function webhookPathOf(name: string, { webhookPath }: Door): string {
  return webhookPath ?? (name === "default" ? WEBHOOK_PATH : `${WEBHOOK_PATH}/${name}`);
}

/** Two apps with one path could not tell their events apart. */
function checkWebhookPaths(
  section: Door & { readonly accounts: Readonly<Record<string, Door>> },
  context: z.RefinementCtx,
): void {
  const owners = new Map<string, string>();
  const { default: own, ...others } = section.accounts;
  for (const [name, app] of Object.entries({ default: { ...section, ...own }, ...others })) {
    const path = webhookPathOf(name, app);
    const owner = owners.get(path);
    if (owner !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["accounts", name, "webhookPath"],
        message: `the account "${owner}" has the webhook path ${path} already`,
      });
    }
    owners.set(path, name);
  }
}
