import type { APIApplication, APIOverwrite, APIUser } from "discord-api-types/v10";
import type { Finding } from "../../../types.ts";
import type { DiscordAccount, GuildSection } from "../config.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import type { DiscordCalls } from "./discord-calls.ts";
import { inviteUrl, missingOf, permissionsIn, type RightHolder, rights, type RightRules } from "./rights.ts";

export interface FindingsParts {
  readonly calls: Pick<
    DiscordCalls,
    "me" | "application" | "gatewayBot" | "guilds" | "guild" | "guildChannels" | "member" | "channel"
  >;
  readonly account: DiscordAccount;
  readonly subject: string;
}

type Found = Omit<Finding, "subject">;

/** More servers are not asked about: each costs three calls. */
const MOST_GUILDS = 10;
/** So many channels of one kind are named. */
const MOST_NAMED = 5;
/** Discord gives a bot a thousand connections a day, and a new token to one that wants more. */
const FEW_STARTS = 50;
const HAS_MESSAGE_CONTENT = (1 << 18) | (1 << 19);
const THREAD_TYPES = new Set([10, 11, 12]);
const TEXT_TYPES = new Set([0, 5]);

/** What an owner should know about a bot, each with what to do. Rejects only if Discord cannot be asked at all. */
export async function findings(parts: FindingsParts): Promise<readonly Finding[]> {
  const found = await look(parts);
  return found.map((one) => ({ ...one, subject: parts.subject }));
}

async function look(parts: FindingsParts): Promise<readonly Found[]> {
  const { calls, account } = parts;
  let me: APIUser;
  try {
    me = await calls.me();
  } catch (error) {
    return [unreachable(error)];
  }
  const [application, starts, guilds] = await Promise.all([
    calls.application(),
    lookAtStarts(parts),
    lookAtGuilds(me, parts),
  ]);
  return [
    { level: "ok", text: `${me.username} answers` },
    ...intentFindings(application, account),
    ...starts,
    ...guilds,
    { level: "note", text: `to take the bot into a server, open ${inviteUrl(application.id)}` },
  ];
}

function unreachable(error: unknown): Found {
  if (refusedAs(error) === "bad-token") {
    return {
      level: "error",
      text: "Discord does not know the bot's token",
      fix: "Reset the token in the Discord Developer Portal under Bot, and set token to it.",
    };
  }
  return {
    level: "error",
    text: `cannot connect to Discord: ${toChannelError(error, true).message}`,
    fix: "Look at the network of this machine; where Discord is blocked, set proxy.",
  };
}

/** Without the intent the line is refused, unless nothing but private messages is listened to. */
function intentFindings({ flags }: APIApplication, { groupPolicy }: DiscordAccount): readonly Found[] {
  if (((flags ?? 0) & HAS_MESSAGE_CONTENT) !== 0 || groupPolicy === "disabled") return [];
  return [
    {
      level: "error",
      text: "the Message Content intent is switched off, so Discord refuses the bot's connection",
      fix: "In the Discord Developer Portal, choose the application, open Bot, and switch on Message Content Intent; or set groupPolicy to disabled.",
    },
  ];
}

async function lookAtStarts({ calls }: FindingsParts): Promise<readonly Found[]> {
  const { remaining, total, reset_after } = (await calls.gatewayBot()).session_start_limit;
  if (remaining >= Math.min(FEW_STARTS, total)) return [];
  const hours = Math.ceil(reset_after / 3_600_000);
  const text = `Discord takes only ${remaining} more connections of the bot within the next ${hours} h`;
  return [
    {
      level: "warning",
      text,
      fix: "See in the log why it connects so often; a second program may use its token.",
    },
  ];
}

async function lookAtGuilds(me: APIUser, parts: FindingsParts): Promise<readonly Found[]> {
  const { calls, account } = parts;
  const present = await calls.guilds();
  const listed = Object.entries(account.guilds).filter(([key, { enabled }]) => key !== "*" && enabled);
  const isIn = new Set(present.map(({ id }) => id));
  const absent = listed.filter(([id]) => !isIn.has(id)).map(([id]) => absentGuild(id));
  const looked = listed
    .filter(([id]) => isIn.has(id))
    .slice(0, MOST_GUILDS)
    .map(([id, section]) => lookAtGuild(id, section, me, parts));
  return [...unlisted(present, parts), ...absent, ...(await Promise.all(looked)).flat()];
}

/** Who takes a bot into a server and hears nothing of it looks here. */
function unlisted(
  present: readonly { readonly id: string; readonly name: string }[],
  { account }: FindingsParts,
): readonly Found[] {
  const { groupPolicy, guilds } = account;
  if (groupPolicy !== "allowlist" || Object.hasOwn(guilds, "*")) return [];
  return present
    .filter(({ id }) => !Object.hasOwn(guilds, id))
    .slice(0, MOST_NAMED)
    .map(({ id, name }) => ({
      level: "note",
      text: `the bot is in the server ${name} (${id}), which is not listed, so it does not listen there`,
      fix: `Add "${id}" to channels.discord.guilds if it should.`,
    }));
}

function absentGuild(id: string): Found {
  return {
    level: "warning",
    text: `the server ${id} is configured, but the bot is not in it`,
    fix: "Take the bot into it with the address below, or take the server out of channels.discord.guilds.",
  };
}

interface GuildChannel {
  readonly id: string;
  readonly type: number;
  readonly name?: string;
  readonly permission_overwrites?: readonly APIOverwrite[];
}

interface LookedAt {
  readonly rules: RightRules & { readonly name: string };
  readonly member: RightHolder;
  readonly channels: readonly GuildChannel[];
  readonly section: GuildSection;
}

async function lookAtGuild(
  id: string,
  section: GuildSection,
  me: APIUser,
  { calls }: FindingsParts,
): Promise<readonly Found[]> {
  const [rules, { roles }, channels] = await Promise.all([
    calls.guild(id),
    calls.member(id, me.id),
    calls.guildChannels(id),
  ]);
  const looked: LookedAt = {
    rules,
    member: { id: me.id, roles },
    channels: channels as readonly GuildChannel[],
    section,
  };
  const listed = Object.entries(section.channels).filter(([key, { enabled }]) => key !== "*" && enabled);
  if (listed.length === 0) return everywhere(looked);
  return (await Promise.all(listed.map(([key]) => lookAtChannel(key, looked, calls)))).flat();
}

/** One line for all channels in which people would wait for an answer that cannot come. */
function everywhere(looked: LookedAt): readonly Found[] {
  const { channels, rules } = looked;
  const mute = channels.filter(({ type, permission_overwrites = [] }) => {
    const permissions = permissionsIn(rules, permission_overwrites, looked.member);
    const isShown = (permissions & rights.view.bit) !== 0n;
    return TEXT_TYPES.has(type) && isShown && missingOf(permissions, needed(looked)).length > 0;
  });
  if (mute.length === 0) return [];
  const names = mute.slice(0, MOST_NAMED).map(({ name = "" }) => `#${name}`);
  const more = mute.length > names.length ? ` and ${mute.length - names.length} more` : "";
  return [
    {
      level: "note",
      text: `in the server ${rules.name} the bot lacks rights in ${names.join(", ")}${more}`,
      fix: `It needs ${needed(looked)
        .map(({ name }) => name)
        .join(", ")}.`,
    },
  ];
}

async function lookAtChannel(
  key: string,
  looked: LookedAt,
  calls: FindingsParts["calls"],
): Promise<readonly Found[]> {
  const { channels, rules, member } = looked;
  const where = `the channel ${key} in the server ${rules.name}`;
  const channel = channels.find(({ id }) => id === key) ?? (await threadParent(key, channels, calls));
  if (!channel) {
    return [
      {
        level: "warning",
        text: `${where} is configured, but the bot does not see it`,
        fix: "Give the bot the right View Channel there, or correct the id in channels.discord.guilds.",
      },
    ];
  }
  const missing = missingOf(
    permissionsIn(rules, channel.permission_overwrites ?? [], member),
    needed(looked),
  );
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name).join(", ");
  return [
    {
      level: "warning",
      text: `in ${where} (#${channel.name ?? ""}) the bot lacks ${names}`,
      fix: "Give its role these rights in the channel's settings, under Permissions.",
    },
  ];
}

/** Threads have no rights of their own. */
async function threadParent(key: string, channels: readonly GuildChannel[], calls: FindingsParts["calls"]) {
  try {
    const thread = await calls.channel(key);
    const parent = THREAD_TYPES.has(thread.type) && "parent_id" in thread ? thread.parent_id : undefined;
    return channels.find(({ id }) => id === parent);
  } catch {
    // That Discord does not show it is the finding.
    return undefined;
  }
}

function needed({ section }: LookedAt) {
  const opensThreads =
    section.autoThread || Object.values(section.channels).some(({ autoThread }) => autoThread);
  const { view, send, history, files, reactions, threads, inThreads } = rights;
  return [view, send, history, files, reactions, inThreads, ...(opensThreads ? [threads] : [])];
}
