import type { Address, Scope } from "./message.ts";

declare const sessionKey: unique symbol;
/** `agent:{agentId}:{channel}[:{account}]:{scope}:{id}[:{thread}]`. Made and read only in this file. */
export type SessionKey = string & { readonly [sessionKey]: true };

const SCOPES: readonly Scope[] = ["dm", "group", "topic", "channel", "thread"];

/** The form of a key, as people are told it when one is wrong. */
export const SESSION_KEY_FORM = "agent:{agentId}:{channel}:{scope}:{id}, such as agent:main:webchat:dm:alice";

export interface SessionName {
  readonly agent: string;
  readonly address: Address;
}

/** Formats a key. The account is left out when it is `default`, as in `agent:main:telegram:dm:42`. */
export function formatSessionKey({ agent, address }: SessionName): SessionKey {
  const { channel, account, scope, chat, thread } = address;
  const parts = ["agent", agent, channel, ...(account === "default" ? [] : [account]), scope, chat];
  if (thread !== undefined) parts.push(thread);
  return parts.map(escapePart).join(":") as SessionKey;
}

/** Reads a key back, or returns `undefined` for a string that is none. */
export function parseSessionKey(text: string): SessionName | undefined {
  const parts = text.split(":").map(unescapePart);
  if (parts[0] !== "agent") return undefined;
  const scopeAt = isScope(parts[3]) ? 3 : 4;
  const [, agent, channel] = parts;
  const [scope, chat, thread, ...rest] = parts.slice(scopeAt);
  if (!agent || !channel || !isScope(scope) || !chat || rest.length > 0) return undefined;
  const account = scopeAt === 3 ? "default" : parts[3];
  if (!account) return undefined;
  if (scope === "topic" ? thread === undefined : thread !== undefined && scope !== "thread") return undefined;
  return { agent, address: { channel, account, scope, chat, ...(thread === undefined ? {} : { thread }) } };
}

/** The key in `text`, or undefined if `text` is not written exactly as `formatSessionKey` writes it. */
export function toSessionKey(text: string): SessionKey | undefined {
  const name = parseSessionKey(text);
  if (!name) return undefined;
  const key = formatSessionKey(name);
  return key === text ? key : undefined;
}

function isScope(text: string | undefined): text is Scope {
  return SCOPES.includes(text as Scope);
}

// A platform may use ":" in its ids; a key must still split cleanly.
const escapePart = (part: string) => part.replaceAll("%", "%25").replaceAll(":", "%3A");
const unescapePart = (part: string) => part.replaceAll("%3A", ":").replaceAll("%25", "%");
