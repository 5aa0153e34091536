import { z } from "zod";
import { path, platformId, webAddress } from "../core/config-sections/common.ts";

export {
  count,
  milliseconds,
  ownSecret,
  path,
  platformId,
  secret,
  urlPath,
  webAddress,
} from "../core/config-sections/common.ts";

/** Words that a target or a session key needs for itself. */
const RESERVED_NAMES = new Set(["dm", "group", "topic", "channel", "thread", "job", "cron"]);

const dmPolicy = () => z.enum(["pairing", "allowlist", "open", "disabled"]);

/** `progress` is what people who come from OpenClaw call `draft`. */
const streamingMode = () =>
  z
    .enum(["off", "partial", "block", "draft", "progress"])
    .transform((mode) => (mode === "progress" ? "draft" : mode));

const groupPolicy = () => z.enum(["allowlist", "open", "disabled"]);
const replyToMode = () => z.enum(["off", "first", "all"]);
const reactionNotifications = () => z.enum(["off", "own", "all"]);
const historyLimit = () => z.int().min(0).max(200);

const proxy = () =>
  z
    .url({
      protocol: /^(https?|socks5?h?)$/,
      error: "expected a proxy address such as http://127.0.0.1:8080",
    })
    .refine(
      (address) => !address.startsWith("socks"),
      "SOCKS proxies cannot be used; most programs that offer one offer an HTTP proxy as well",
    )
    .meta({ secret: true });

/** What every chat platform lets people set: who may write, how answers grow, which way out. */
export function talkFields() {
  return {
    dmPolicy: dmPolicy()
      .default("pairing")
      .describe(
        "Who may write privately. `pairing`: strangers get a code that an admin approves. `allowlist`: only the listed. `open`: anybody. `disabled`: nobody.",
      ),
    allowlist: z.array(platformId()).default([]).describe("People who may write; one list with allowFrom."),
    allowFrom: z.array(platformId()).default([]).describe("People who may write; one list with allowlist."),
    streamingMode: streamingMode()
      .default("partial")
      .describe(
        "How an answer appears while it is written: `partial` edits one message, `block` sends finished paragraphs, `draft` uses the platform's own draft, `off` waits for the end.",
      ),
    groupPolicy: groupPolicy()
      .default("allowlist")
      .describe(
        "Where the bot listens: `allowlist`, in the listed groups; `open`, in any; `disabled`, in none.",
      ),
    showTools: z.boolean().default(true).describe("Whether a growing answer tells which tools are at work."),
    showThinking: z
      .boolean()
      .default(false)
      .describe("Whether a growing answer shows what the model thinks."),
    replyToMode: replyToMode()
      .optional()
      .describe(
        "Which parts of an answer quote the message they answer. Default: the `first` in groups, none (`off`) in private chats.",
      ),
    historyLimit: historyLimit()
      .default(50)
      .describe("So many group messages that were not for the bot are told to it with the next one that is."),
    ackReaction: z
      .string()
      .optional()
      .describe(
        "The reaction that a message gets while it is being answered; empty for none. Default: 👀 in groups, none in private chats.",
      ),
    reactionNotifications: reactionNotifications()
      .default("own")
      .describe("Which reactions the agent is told of: none, those to its own messages, or all."),
    proxy: proxy().optional().describe("The way out to the platform; HTTPS_PROXY when omitted."),
  };
}

/** The same for one account of several: what is left out is as the channel has it. */
export function accountTalkFields() {
  return {
    enabled: z.boolean().default(true).describe("Whether this account runs."),
    dmPolicy: dmPolicy().optional().describe("As for the channel."),
    allowlist: z.array(platformId()).optional().describe("As for the channel."),
    allowFrom: z.array(platformId()).optional().describe("As for the channel."),
    streamingMode: streamingMode().optional().describe("As for the channel."),
    groupPolicy: groupPolicy().optional().describe("As for the channel."),
    showTools: z.boolean().optional().describe("As for the channel."),
    showThinking: z.boolean().optional().describe("As for the channel."),
    replyToMode: replyToMode().optional().describe("As for the channel."),
    historyLimit: historyLimit().optional().describe("As for the channel."),
    ackReaction: z.string().optional().describe("As for the channel."),
    reactionNotifications: reactionNotifications().optional().describe("As for the channel."),
    proxy: proxy().optional().describe("As for the channel."),
  };
}

/** What can be set for one group or one of its topics. */
export function groupFields() {
  return {
    enabled: z.boolean().default(true).describe("Whether the bot listens here at all."),
    requireMention: z
      .boolean()
      .optional()
      .describe("Whether it answers only when it is named. Default: true."),
    role: z.string().min(1).optional().describe("The role the agent has here."),
    allowFrom: z.array(platformId()).optional().describe("Who may write here; everybody when omitted."),
    streamingMode: streamingMode().optional().describe("As for the channel."),
    showTools: z.boolean().optional().describe("As for the channel."),
    showThinking: z.boolean().optional().describe("As for the channel."),
    replyToMode: replyToMode().optional().describe("As for the channel."),
    historyLimit: historyLimit().optional().describe("As for the channel."),
  };
}

/** A file that holds a token, for those who keep it out of the configuration and the environment. */
export const tokenFile = () => path().optional().meta({ own: true }).describe("A file that holds the token.");

/** The address that the platform calls. */
export const webhookUrl = () => webAddress().meta({ own: true });

/** Several bots on one platform, by a name of your choice. */
export function accountsOf<Account extends z.ZodType>(account: Account) {
  return z
    .record(z.string(), account)
    .superRefine((accounts, context) => {
      for (const name of Object.keys(accounts)) {
        const fault = faultInName(name);
        if (fault) context.addIssue({ code: "custom", path: [name], message: fault });
      }
    })
    .default({})
    .describe(
      "Several bots, by name. `default` uses the channel's own token; the others inherit everything but token and webhook. Each may set what the channel sets.",
    );
}

function faultInName(name: string): string | undefined {
  if (RESERVED_NAMES.has(name))
    return `"${name}" cannot name an account: it is a word of targets and session keys`;
  if (/^[A-Za-z0-9][\w-]*$/.test(name)) return undefined;
  return "an account's name is made of letters, digits, - and _";
}
