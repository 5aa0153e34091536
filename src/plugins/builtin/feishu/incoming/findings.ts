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
  readonly calls: Pick<AppCalls, "bot" | "app" | "scopes" | "chat">;
  readonly account: FeishuAccount;
  readonly name: string;
  readonly subject: string;
  readonly heard: HeardFacts;
}

type Found = Omit<Finding, "subject">;

/** What the app has to be told of, and what goes without it. */
const EVENTS: readonly (readonly [type: string, level: Found["level"], then: string])[] = [
  ["im.message.receive_v1", "error", "no message reaches the gateway"],
  ["card.action.trigger", "warning", "buttons do nothing"],
  ["im.message.recalled_v1", "note", "a message that was taken back is answered all the same"],
  ["im.message.reaction.created_v1", "note", "the agent does not hear of reactions"],
  ["im.chat.member.bot.added_v1", "note", "the bot does not introduce itself in groups"],
  [
    "im.chat.member.bot.deleted_v1",
    "note",
    "messages of a group that has put the bot out are answered in vain",
  ],
  ["im.chat.disbanded_v1", "note", "messages of a group that is no more are answered in vain"],
];

/** What the app may do: one of the permissions of a row is enough. */
const SCOPES: readonly (readonly [any: readonly string[], level: Found["level"], then: string])[] = [
  [["im:message", "im:message:send_as_bot"], "error", "the bot cannot write"],
  [["im:message.p2p_msg:readonly", "im:message.p2p_msg"], "error", "no private message reaches the gateway"],
  [
    ["im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg"],
    "warning",
    "no message of a group reaches the gateway",
  ],
  [["im:resource"], "warning", "files can be neither fetched nor sent"],
  [["cardkit:card:write"], "warning", "answers cannot grow while they are written"],
  [["im:message:readonly", "im:message"], "note", "the agent does not see which message is answered"],
  [
    ["im:chat:readonly", "im:chat"],
    "note",
    "what happens in a chat nobody has written in yet cannot be told apart",
  ],
  [
    ["im:message.reactions:write_only", "im:message"],
    "note",
    "the bot cannot show by a reaction that it has read a message",
  ],
  [
    ["contact:user.base:readonly", "contact:contact.base:readonly"],
    "note",
    "people who were never mentioned are called by their ids",
  ],
];
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
    ...(await lookAtScopes(parts)),
    ...(await lookAtApp(parts)),
    ...(await lookAtGroups(parts)),
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

async function lookAtScopes({ calls, account }: FindingsParts): Promise<readonly Found[]> {
  try {
    const all = await calls.scopes();
    const granted = new Set(all.filter((one) => one.grant_status === GRANTED).map((one) => one.scope_name));
    const missing = SCOPES.filter(([any]) => !any.some((scope) => granted.has(scope)));
    const unheard = needsAllMessages(account) && !granted.has(ALL_MESSAGES) ? [UNHEARD] : [];
    return [...missing, ...unheard].map(([any, level, then]) => ({
      level,
      text: `the app lacks the permission ${any.join(" or ")}: ${then}`,
      fix: `Add ${any[0]} under Permissions & Scopes, and ${PUBLISH}.`,
    }));
  } catch (error) {
    const text = `which permissions the app has could not be found out: ${toChannelError(error, "scopes").message}`;
    return [{ level: "note", text }];
  }
}

const GRANTED = 1;
const ALL_MESSAGES = "im:message.group_msg";
const UNHEARD: (typeof SCOPES)[number] = [
  [ALL_MESSAGES],
  "warning",
  "in groups it is shown only what mentions it, so requireMention: false has no effect",
];

function needsAllMessages({ groups, groupPolicy }: FeishuAccount): boolean {
  if (groupPolicy === "disabled") return false;
  return Object.values(groups).some(({ enabled, requireMention }) => enabled && requireMention === false);
}

/** How the app is told of things; where it may not ask for that, whether anything ever came. */
async function lookAtApp(parts: FindingsParts): Promise<readonly Found[]> {
  try {
    const { event, callback } = await parts.calls.app();
    const { connectionMode } = parts.account;
    const told = [...(event?.subscribed_events ?? []), ...(callback?.subscribed_callbacks ?? [])];
    const ways = [event?.subscription_type, callback?.callback_type];
    const other = ways.find((way) => way !== undefined && way !== connectionMode);
    return [
      ...(other === undefined ? [] : [wrongWay(other, parts)]),
      ...EVENTS.filter(([type]) => !told.includes(type)).map(([type, level, then]): Found => ({
        level,
        text: `the app is not told of ${type}: ${then}`,
        fix: `Add ${type} ${WHERE}, and ${PUBLISH}.`,
      })),
      ...(connectionMode === "webhook" ? silence(parts) : []),
    ];
  } catch (error) {
    if (refusedAs(error) === undefined) throw error;
    // The permission for it is one that nothing else needs.
    return silence(parts);
  }
}

function wrongWay(way: string, { account, name }: FindingsParts): Found {
  const isWebhook = account.connectionMode === "webhook";
  const ours = isWebhook ? "by webhook" : "over the long connection";
  const theirs = way === "webhook" ? "by webhook" : "over a long connection";
  const path = webhookPathOf(name, account);
  return {
    level: "error",
    text: `the developer console sends events or callbacks ${theirs}, but the gateway waits for them ${ours}`,
    fix: isWebhook
      ? `Enter the public https address of this gateway with ${path} behind it as the request URL ${WHERE}; or set connectionMode: "websocket".`
      : `Choose the long connection ${WHERE}, for events and for callbacks; or set connectionMode: "webhook".`,
  };
}

/** More groups are not asked about: each costs a call. */
const MOST_GROUPS = 20;

/** Whether the bot is in the groups that are listed. */
async function lookAtGroups({ calls, account }: FindingsParts): Promise<readonly Found[]> {
  const listed = Object.entries(account.groups).filter(([key, { enabled }]) => key !== "*" && enabled);
  const looked = listed.slice(0, MOST_GROUPS).map(async ([key]): Promise<readonly Found[]> => {
    const [level, text] = ["warning" as const, `the group ${key} in groups`];
    if (!key.startsWith("oc_")) {
      return [{ level, text: `${text} is no id of a group: those begin with oc_`, fix: FIND_ID }];
    }
    try {
      await calls.chat(key);
      return [];
    } catch (error) {
      const refused = refusedAs(error);
      if (refused === undefined) throw error;
      // That is said once, for all groups.
      if (refused === "no-scope") return [];
      return [{ level, text: `${text}: ${toChannelError(error, "chat").message}`, fix: FIND_ID }];
    }
  });
  return (await Promise.all(looked)).flat();
}

const FIND_ID =
  "Take the bot into the group and write there: owners are sent the group's id, and the log has it, too.";

function silence({ account, heard, name }: FindingsParts): readonly Found[] {
  // Who does not listen cannot tell whether there was anything to hear.
  if (!heard.isConnected || heard.lastEventMs !== undefined) return [];
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
  return [notSubscribed("the long connection is open")];
}

function notSubscribed(state: string): Found {
  return {
    level: "warning",
    text: `${state}, and nothing has ever come: if somebody has written to the bot already, the app is not subscribed`,
    fix: `Choose how events come (long connection, or request URL) and add im.message.receive_v1 ${WHERE}, the callback card.action.trigger beside it, and ${PUBLISH}.`,
  };
}
