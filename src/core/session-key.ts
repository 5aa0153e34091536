import type { Address, Scope } from "./message.ts";

declare const sessionKey: unique symbol;
/**
 * Names a conversation: `agent:{agentId}:{channel}[:{account}]:{scope}:{id}[:{thread}]`, or, where private
 * chats share one, `agent:{agentId}:main` and `agent:{agentId}:dm:{person}`. What the gateway itself asks for has
 * places of its own, such as `agent:main:cron:job:daily-report`. Made and read only in this file.
 */
export type SessionKey = string & { readonly [sessionKey]: true };

const SCOPES: readonly Scope[] = ["dm", "group", "topic", "channel", "thread", "job"];

/** The form of a key, as people are told it when one is wrong. */
export const SESSION_KEY_FORM = "agent:{agentId}:{channel}:{scope}:{id}, such as agent:main:webchat:dm:alice";

export interface SessionName {
  readonly agent: string;
  readonly address: Address;
}

/** A conversation that is in no one place: all private chats of an agent (`main`), or those of one person. */
export type SharedName =
  | { readonly agent: string; readonly shared: "main" }
  | { readonly agent: string; readonly shared: "person"; readonly person: string };

/** Formats a key. The account is left out when it is `default`, as in `agent:main:telegram:dm:42`. */
export function formatSessionKey(name: SessionName | SharedName): SessionKey {
  return partsOf(name).map(escapePart).join(":") as SessionKey;
}

/** Reads a key that names a place back; `undefined` for a shared one, and for a string that is none. */
export function parseSessionKey(text: string): SessionName | undefined {
  const name = readSessionKey(text);
  return name && "address" in name ? name : undefined;
}

/** Reads any key back, or returns `undefined` for a string that is none. */
export function readSessionKey(text: string): SessionName | SharedName | undefined {
  const parts = text.split(":").map(unescapePart);
  const [word, agent] = parts;
  if (word !== "agent" || !agent) return undefined;
  return sharedName(agent, parts.slice(2)) ?? placedName(agent, parts);
}

/** Whether the private chats of different people are one in this session. */
export function isSharedByAll(key: SessionKey): boolean {
  const name = readSessionKey(key);
  return name !== undefined && "shared" in name && name.shared === "main";
}

/** The agent that a key names. */
export function agentOfKey(key: SessionKey): string {
  return unescapePart(key.split(":")[1] ?? "");
}

/** The key in `text`, or undefined if `text` is not written exactly as `formatSessionKey` writes it. */
export function toSessionKey(text: string): SessionKey | undefined {
  const name = readSessionKey(text);
  if (!name) return undefined;
  const key = formatSessionKey(name);
  return key === text ? key : undefined;
}

function partsOf(name: SessionName | SharedName): readonly string[] {
  if ("shared" in name) {
    return name.shared === "main" ? ["agent", name.agent, "main"] : ["agent", name.agent, "dm", name.person];
  }
  const { channel, account, scope, chat, thread } = name.address;
  const parts = ["agent", name.agent, channel, ...(account === "default" ? [] : [account]), scope, chat];
  return thread === undefined ? parts : [...parts, thread];
}

/** No channel is called `dm`, and every place has more parts than `main` alone. */
function sharedName(agent: string, [word, person, ...rest]: readonly string[]): SharedName | undefined {
  if (rest.length > 0) return undefined;
  if (word === "main" && person === undefined) return { agent, shared: "main" };
  return word === "dm" && person ? { agent, shared: "person", person } : undefined;
}

function placedName(agent: string, parts: readonly string[]): SessionName | undefined {
  const scopeAt = isScope(parts[3]) ? 3 : 4;
  const channel = parts[2];
  const [scope, chat, thread, ...rest] = parts.slice(scopeAt);
  if (!channel || !isScope(scope) || !chat || rest.length > 0) return undefined;
  const account = scopeAt === 3 ? "default" : parts[3];
  if (!account) return undefined;
  if (scope === "topic" ? thread === undefined : thread !== undefined && scope !== "thread") return undefined;
  return { agent, address: { channel, account, scope, chat, ...(thread === undefined ? {} : { thread }) } };
}

function isScope(text: string | undefined): text is Scope {
  return SCOPES.includes(text as Scope);
}

// A platform may use ":" in its ids; a key must still split cleanly.
const escapePart = (part: string) => part.replaceAll("%", "%25").replaceAll(":", "%3A");
const unescapePart = (part: string) => part.replaceAll("%3A", ":").replaceAll("%25", "%");
