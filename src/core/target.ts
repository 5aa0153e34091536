import type { Address } from "./message.ts";
import type { Channel } from "./channel.ts";
import { RequestError } from "./errors.ts";

/** Where something is to be sent: `channel:[account:]chat[:topic|thread:id]`. */
export interface Target {
  readonly channel: string;
  readonly account: string;
  readonly chat: string;
  /** The word that says what `chat` is, where the target has one: `discord:dm:42`. */
  readonly scope?: "dm" | "group" | "channel";
  readonly topic?: string;
  readonly thread?: string;
}

/** The form of a target, as people are told it when one is wrong. */
export const TARGET_FORM = "channel:[account:]chat[:topic:id], such as telegram:123456789 or webchat:alice";

const SCOPES = new Set(["dm", "group", "channel"]);

/** Reads a target. Throws `RequestError` with the form for a text that is none. */
export function parseTarget(text: string): Target {
  const [channel = "", ...parts] = text.trim().split(":");
  const within = placeWithin(parts);
  const rest = within ? parts.slice(0, -2) : parts;
  const scopeAt = rest.findIndex((part) => SCOPES.has(part));
  const scope = rest[scopeAt] as Target["scope"];
  const names = rest.filter((_, index) => index !== scopeAt);
  const [account, chat] = names.length === 2 ? names : ["default", names[0]];
  const isWhole = /^[a-z][\w-]*$/.test(channel) && names.length <= 2 && account && chat;
  if (!isWhole || parts.includes("")) throw badTarget(text);
  return { channel, account, chat, ...(scope === undefined ? {} : { scope }), ...within };
}

/** Whether a text can be read as a target. */
export function isTarget(text: string): boolean {
  try {
    parseTarget(text);
    return true;
  } catch {
    // That it cannot be read is the answer.
    return false;
  }
}

/**
 * An address as people write it, for `--to` and lists. `channel` is the one that the address is on: where a plain id
 * means something else there, the word that says what it is stands before it, as in `discord:dm:42`.
 */
export function formatTarget(
  { channel: name, account, chat, scope, thread }: Address,
  channel?: Pick<Channel, "addressOf">,
): string {
  const within = thread === undefined ? [] : [scope === "thread" ? "thread" : "topic", thread];
  const plain = channel?.addressOf?.(chat).scope ?? scope;
  const needsWord = thread === undefined && plain !== scope && SCOPES.has(scope);
  const own = account === "default" ? [] : [account];
  return [name, ...own, ...(needsWord ? [scope] : []), chat, ...within].join(":");
}

/** The address of `target` on its channel, which alone knows what its ids mean. */
export function addressOf(target: Target, channel: Channel): Address {
  const { account, chat, scope, topic, thread } = target;
  const known = channel.addressOf?.(chat);
  const place = known ?? { channel: target.channel, account, scope: scope ?? "dm", chat };
  if (topic !== undefined) return { ...place, account, scope: "topic", thread: topic };
  if (thread !== undefined) return { ...place, account, scope: "thread", thread };
  return { ...place, account, ...(scope === undefined ? {} : { scope }) };
}

function placeWithin(parts: readonly string[]): { topic: string } | { thread: string } | undefined {
  const [word, id] = parts.slice(-2);
  if (id === undefined || parts.length < 3) return undefined;
  if (word === "topic") return { topic: id };
  return word === "thread" ? { thread: id } : undefined;
}

function badTarget(text: string): RequestError {
  return new RequestError("BAD_REQUEST", `"${text}" is no target. A target is ${TARGET_FORM}.`);
}

/** Whether both are the same chat and the same thread of it. The scope says what a chat is, not which. */
export function isSameChat(one: Address, other: Address): boolean {
  return (
    one.channel === other.channel &&
    one.account === other.account &&
    one.chat === other.chat &&
    one.thread === other.thread
  );
}

/** Whether a place is in that chat, whatever thread of it either names. */
export function isInChat(place: Address, chat: Address): boolean {
  return place.channel === chat.channel && place.account === chat.account && place.chat === chat.chat;
}
