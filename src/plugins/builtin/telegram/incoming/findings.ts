import type { ChatMember, UserFromGetMe, WebhookInfo } from "grammy/types";
import type { Finding } from "../../../types.ts";
import type { TelegramAccount } from "../config.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import { idsFor } from "../settings.ts";
import type { BotCalls } from "./bot-calls.ts";

export interface FindingsParts {
  readonly calls: Pick<BotCalls, "getMe" | "getWebhookInfo" | "getChat" | "getChatMember">;
  readonly account: TelegramAccount;
  readonly subject: string;
  /** Whether another program was seen to fetch the bot's messages. */
  readonly hasRival: boolean;
  readonly nowMs: number;
}

type Found = Omit<Finding, "subject">;

/** More groups are not asked about: each costs two calls. */
const MOST_GROUPS = 20;
const RECENT_S = 3600;

/** What an owner should know about a bot, each with what to do. Rejects only if Telegram cannot be asked at all. */
export async function findings(parts: FindingsParts): Promise<readonly Finding[]> {
  const found = await look(parts);
  return found.map((one) => ({ ...one, subject: parts.subject }));
}

async function look(parts: FindingsParts): Promise<readonly Found[]> {
  const { calls, account, hasRival } = parts;
  let me: UserFromGetMe;
  try {
    me = await calls.getMe();
  } catch (error) {
    return [unreachable(error)];
  }
  const [webhook, groups] = await Promise.all([lookAtWebhook(parts), lookAtGroups(me, parts)]);
  return [
    { level: "ok", text: `@${me.username} answers` },
    ...privacyFindings(me, account),
    ...webhook,
    ...(hasRival ? [RIVAL] : []),
    ...groups,
  ];
}

function unreachable(error: unknown): Found {
  if (refusedAs(error) === "bad-token") {
    return {
      level: "error",
      text: "Telegram does not know the bot's token",
      fix: "Ask @BotFather for it with /token, and set botToken to it.",
    };
  }
  return {
    level: "error",
    text: `cannot connect to Telegram: ${toChannelError(error, "getMe").message}`,
    fix: "Look at the network of this machine; where Telegram is blocked, set proxy.",
  };
}

const RIVAL: Found = {
  level: "error",
  text: "another program fetches the messages of this bot, and only one of them gets each message",
  fix: "Stop the other one, or give each a bot of its own.",
};

/** With privacy mode on, Telegram shows the bot only what names it, answers it or is a command. */
function privacyFindings(me: UserFromGetMe, account: TelegramAccount): readonly Found[] {
  if (me.can_read_all_group_messages || account.groupPolicy === "disabled") return [];
  const open = Object.entries(account.groups).filter(([, group]) => group.enabled);
  if (open.length === 0 && account.groupPolicy !== "open") return [];
  const all = open.flatMap(([id, group]) => [
    { place: id, ...group },
    ...Object.entries(group.topics).map(([topic, rules]) => ({ place: `${id}, topic ${topic}`, ...rules })),
  ]);
  const unmentioned = all.find(({ requireMention }) => requireMention === false);
  const fix =
    "Send /setprivacy to @BotFather and choose Disable, then take the bot out of the group and in again; or make it an admin there.";
  if (unmentioned) {
    const text = `privacy mode is on, so the bot does not see the messages that requireMention: false is meant for (group ${unmentioned.place})`;
    return [{ level: "warning", text, fix }];
  }
  const wantsHistory = account.historyLimit > 0 && all.every(({ historyLimit }) => historyLimit !== 0);
  if (!wantsHistory) return [];
  const text =
    "privacy mode is on: the bot is not shown what is said in groups before it is named (historyLimit)";
  return [{ level: "note", text, fix: `${fix} Or set historyLimit to 0.` }];
}

async function lookAtWebhook({ calls, account, nowMs }: FindingsParts): Promise<readonly Found[]> {
  const info = await calls.getWebhookInfo();
  const { webhookUrl } = account;
  const waiting = info.pending_update_count;
  if (webhookUrl === undefined) return info.url ? [webhookSet(info)] : [];
  if (info.url !== webhookUrl) {
    return [
      {
        level: "warning",
        text: info.url
          ? `Telegram calls ${hostOf(info.url)} instead of webhookUrl`
          : "Telegram was not told webhookUrl yet",
        fix: "Start the gateway: it tells Telegram. If it runs, another program sets the webhook of this bot.",
      },
    ];
  }
  const isRecent = nowMs / 1000 - (info.last_error_date ?? 0) < RECENT_S;
  if (isRecent && info.last_error_message) {
    return [
      {
        level: waiting > 0 ? "error" : "warning",
        text: `Telegram could not deliver to webhookUrl: ${info.last_error_message} (${waitingText(waiting)})`,
        fix: "webhookUrl has to lead to this gateway over https, on port 443, 80, 88 or 8443.",
      },
    ];
  }
  return [{ level: "ok", text: `Telegram calls webhookUrl, ${waitingText(waiting)}` }];
}

function webhookSet({ url = "", pending_update_count, last_error_message }: WebhookInfo): Found {
  const trouble = last_error_message ? `, its last error was: ${last_error_message}` : "";
  return {
    level: "warning",
    text: `a webhook is still set, to ${hostOf(url)}, so nothing can be fetched (${waitingText(pending_update_count)}${trouble})`,
    fix: "The gateway takes it away when it starts. If it comes back, another program uses this bot.",
  };
}

async function lookAtGroups(me: UserFromGetMe, parts: FindingsParts): Promise<readonly Found[]> {
  const groups = Object.entries(parts.account.groups).filter(([key, { enabled }]) => key !== "*" && enabled);
  const looked = groups.slice(0, MOST_GROUPS).map(([key]) => lookAtGroup(key, me, parts));
  return (await Promise.all(looked)).flat();
}

async function lookAtGroup(key: string, me: UserFromGetMe, parts: FindingsParts): Promise<readonly Found[]> {
  const group = `the group ${key}`;
  const found = await findChat(key, parts.calls);
  if ("problem" in found) return [{ level: "warning", text: `${group}: ${found.problem}`, fix: TAKE_IN }];
  const { id, title } = found;
  const exact: readonly Found[] =
    id === key
      ? []
      : [{ level: "note", text: `${group} (${title}) is ${id}`, fix: `Write ${id} as its key in groups.` }];
  try {
    const member = await parts.calls.getChatMember(id, me.id);
    return [...exact, ...rightsFindings(`${group} (${title})`, member, parts.account)];
  } catch (error) {
    const { message } = toChannelError(error, "getChatMember");
    return [...exact, { level: "warning", text: `${group}: ${message}`, fix: TAKE_IN }];
  }
}

const TAKE_IN = "Take the bot into the group, and look in Telegram whether the id is right.";

/** The group that a key stands for, or what Telegram says instead. */
async function findChat(
  key: string,
  calls: FindingsParts["calls"],
): Promise<{ readonly id: string; readonly title: string } | { readonly problem: string }> {
  let problem = "";
  for (const id of idsFor(key)) {
    try {
      const chat = await calls.getChat(id);
      return { id: String(chat.id), title: chat.title ?? id };
    } catch (error) {
      // Without an answer nothing can be said about any group.
      if (refusedAs(error) === undefined) throw error;
      problem = toChannelError(error, "getChat").message;
      if (refusedAs(error) !== "chat-gone") break;
    }
  }
  return { problem };
}

function rightsFindings(group: string, member: ChatMember, account: TelegramAccount): readonly Found[] {
  if (member.status === "left" || member.status === "kicked") {
    const was = member.status === "kicked" ? "was put out of" : "is not in";
    return [{ level: "warning", text: `the bot ${was} ${group}`, fix: "Take it in again." }];
  }
  if (member.status === "restricted" && !(member.is_member && member.can_send_messages)) {
    return [
      { level: "warning", text: `the bot may not write in ${group}`, fix: "Let it send messages there." },
    ];
  }
  const isAdmin = member.status === "administrator" || member.status === "creator";
  if (isAdmin || account.reactionNotifications === "off") return [];
  const text = `the bot is no admin in ${group}, so Telegram does not tell it of reactions there`;
  return [
    {
      level: "note",
      text,
      fix: "Make it an admin if the agent should hear of them, or set reactionNotifications to off.",
    },
  ];
}

function waitingText(count: number): string {
  if (count === 0) return "nothing waits";
  return count === 1 ? "1 update waits" : `${count} updates wait`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
