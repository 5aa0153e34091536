import type { Finding } from "../../../types.ts";
import { type FeishuAccount, webhookPathOf } from "../config.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import { FeishuRefusal } from "../outgoing/refusal-answer.ts";
import type { AppCalls, BotInfo } from "./app-calls.ts";
import { isUnknownApp, TOO_MANY_CONNECTIONS } from "./reconnect-words.ts";

/** What is known of the way in. */
export interface HeardFacts {
  /** When the last event came, over all starts; undefined if none ever did. */
  readonly lastEventMs: number | undefined;
  /** Whether Feishu has asked whose the webhook's address is. */
  readonly isVerified: boolean;
  readonly isConnected: boolean;
  /** Whether there were too many connections of the app. */
  readonly hasRival: boolean;
}

export interface FindingsParts {
  readonly calls: Pick<AppCalls, "bot" | "versions" | "personName">;
  readonly account: FeishuAccount;
  readonly name: string;
  readonly subject: string;
  readonly heard: HeardFacts;
}

type Found = Omit<Finding, "subject">;

/** Without these a message does not arrive, or a button does nothing. */
const NEEDED: Readonly<Record<string, string>> = {
  "im.message.receive_v1": "no message reaches the gateway",
};
const USEFUL: Readonly<Record<string, string>> = {
  "im.message.recalled_v1": "the agent does not hear that a message was taken back",
  "im.message.reaction.created_v1": "the agent does not hear of reactions",
  "im.chat.member.bot.added_v1": "the bot does not introduce itself in a group",
  "im.chat.member.bot.deleted_v1": "the gateway does not hear that the bot was put out of a group",
};
const WHERE = "in the developer console, under Events & Callbacks";
const PUBLISH = "publish a version of the app then, or nothing changes";

/** What an owner should know about an app, each with what to do. Rejects only if Feishu cannot be asked at all. */
export async function findings(parts: FindingsParts): Promise<readonly Finding[]> {
  const found = await look(parts);
  return found.map((one) => ({ ...one, subject: parts.subject }));
}

async function look(parts: FindingsParts): Promise<readonly Found[]> {
  let bot: BotInfo;
  try {
    bot = await parts.calls.bot();
  } catch (error) {
    return [unreachable(error, parts.account)];
  }
  const { hasRival } = parts.heard;
  return [
    { level: "ok", text: `${bot.app_name} answers` },
    ...(hasRival ? [RIVAL] : []),
    ...(await subscriptions(parts)),
    ...silence(parts),
    ...(await names(bot, parts)),
  ];
}

function unreachable(error: unknown, { domain }: FeishuAccount): Found {
  if (isUnknownApp(error)) {
    return {
      level: "error",
      text: "Feishu does not know the app by its appId and appSecret",
      fix: `Copy both from the developer console, under Credentials & Basic Info. An app of Lark needs domain: "lark"; this one has ${domain}.`,
    };
  }
  const { message } = toChannelError(error, "bot");
  if (refusedAs(error) !== undefined) return { level: "error", text: message, fix: fixOf(error) };
  return {
    level: "error",
    text: `cannot connect to Feishu: ${message}`,
    fix: "Look at the network of this machine; where there is only a proxy to the outside, set proxy.",
  };
}

function fixOf(error: unknown): string {
  if (refusedAs(error) === "bot-off") return `Switch the bot on under Add Features, and ${PUBLISH}.`;
  const scopes = scopesIn(error);
  return scopes.length > 0
    ? `Add ${scopes.join(" or ")} under Permissions & Scopes, and ${PUBLISH}.`
    : `Look at the app in the developer console: it has to be enabled, with a bot, and with a published version.`;
}

const scopesIn = (error: unknown) => (error instanceof FeishuRefusal ? error.scopes : []);

const RIVAL: Found = {
  level: "error",
  text: TOO_MANY_CONNECTIONS.split(";")[0] ?? TOO_MANY_CONNECTIONS,
  fix: "Stop the other programs that use this app, or give each an app of its own.",
};

/** The events of the version in force, where the app may ask for them. */
async function subscriptions({ calls }: FindingsParts): Promise<readonly Found[]> {
  try {
    const versions = await calls.versions();
    const events = versions.find(({ status }) => status === IN_FORCE)?.events;
    if (events === undefined) return [];
    const missing = (wanted: Readonly<Record<string, string>>, level: Found["level"]) =>
      Object.entries(wanted)
        .filter(([type]) => !events.includes(type))
        .map(([type, then]): Found => ({
          level,
          text: `the app is not told of ${type}: ${then}`,
          fix: addEvent(type),
        }));
    return [...missing(NEEDED, "error"), ...missing(USEFUL, "note")];
  } catch {
    // The scope for it is one that nothing else needs; `silence` tells of the same from what was heard.
    return [];
  }
}

const IN_FORCE = 1;

const addEvent = (type: string) => `Add the event ${type} ${WHERE}, and ${PUBLISH}.`;

function silence({ account, heard, name }: FindingsParts): readonly Found[] {
  if (heard.lastEventMs !== undefined) return [];
  if (account.connectionMode === "webhook") {
    const path = webhookPathOf(name, account);
    if (heard.isVerified) return [notSubscribed("Feishu knows the webhook's address")];
    return [
      {
        level: "warning",
        text: `Feishu has not called ${path} yet`,
        fix: `Enter the public https address of this gateway with ${path} behind it as the request URL ${WHERE}, for events and for callbacks. The gateway has to run then.`,
      },
    ];
  }
  return heard.isConnected ? [notSubscribed("the long connection is open")] : [];
}

function notSubscribed(state: string): Found {
  return {
    level: "warning",
    text: `${state}, and nothing has ever come: if somebody has written to the bot already, the app is not subscribed`,
    fix: `Choose how events come (long connection, or request URL) and add im.message.receive_v1 ${WHERE}, the callback card.action.trigger beside it, and ${PUBLISH}.`,
  };
}

/** Whether people can be called by their names. */
async function names({ open_id }: BotInfo, { calls }: FindingsParts): Promise<readonly Found[]> {
  try {
    await calls.personName(open_id);
    return [];
  } catch (error) {
    const scopes = scopesIn(error);
    if (scopes.length === 0) return [];
    const text = "the app may not look up names, so people who were not mentioned are called by their ids";
    return [
      { level: "note", text, fix: `Add ${scopes.join(" or ")} under Permissions & Scopes, and ${PUBLISH}.` },
    ];
  }
}
