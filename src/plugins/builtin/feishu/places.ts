import type { Address } from "../../types.ts";

/** Whose messages in a group are one conversation: the group's, those of one topic, or those of one person. */
export type GroupSessionScope = "group" | "topic" | "sender";

/** Where in Feishu something was written. */
export interface Spot {
  /** `oc_…`. */
  readonly chat: string;
  /** Set in a private chat: the person's `open_id`. */
  readonly person?: string | undefined;
  /** `omt_…`. */
  readonly topic?: string | undefined;
}

/**
 * The address behind an id that a person wrote. A private chat is called by the person's `open_id` (`ou_…`), a group
 * by its `chat_id` (`oc_…`).
 */
export function addressOf(chat: string, account: string): Address {
  return { channel: "feishu", account, scope: isPrivate(chat) ? "dm" : "group", chat };
}

/**
 * The conversation to which a message of `sender` at `spot` belongs. Where each person in a group has one of their
 * own, `thread` is the person's id, behind the topic's and a slash if it is in a topic.
 */
export function placeOf(
  { chat, person, topic }: Spot,
  { account, sender, scope }: { account: string; sender: string; scope: GroupSessionScope },
): Address {
  if (person !== undefined) return addressOf(person, account);
  const group: Address = { channel: "feishu", account, scope: "group", chat };
  if (scope === "sender") {
    return { ...group, scope: "thread", thread: topic === undefined ? sender : `${topic}/${sender}` };
  }
  return scope === "topic" && topic !== undefined ? { ...group, scope: "topic", thread: topic } : group;
}

/** The topic (`omt_…`) in which something for `address` has to be said, if it is in one. */
export function topicOf({ thread }: Pick<Address, "thread">): string | undefined {
  const [topic] = thread?.split("/") ?? [];
  return topic?.startsWith(TOPIC) ? topic : undefined;
}

/** Whether a chat is with one person: whatever is no `chat_id` is an id or the address of somebody. */
export function isPrivate(chat: string): boolean {
  return !chat.startsWith("oc_");
}

const TOPIC = "omt_";
