import type { Chat, Message } from "grammy/types";
import type { Address } from "../../../types.ts";

/** The bot whose updates are read. */
export interface BotIdentity {
  readonly account: string;
  readonly id: number;
  /** Without the `@`. */
  readonly username: string;
}

/** In a forum, what is in no other topic is in this one. Telegram leaves its number out. */
const GENERAL_TOPIC = "1";

/** Where a message was written. Undefined for channels, which are not listened to. */
export function placeOf(
  message: Pick<Message, "chat" | "message_thread_id" | "is_topic_message">,
  bot: BotIdentity,
): Address | undefined {
  const { chat, message_thread_id: thread, is_topic_message: isInTopic } = message;
  const place = chatOf(chat, bot);
  if (place === undefined) return undefined;
  // Threads of replies have such a number too, and are no place of their own.
  if (isInTopic && thread !== undefined) return { ...place, scope: "topic", thread: String(thread) };
  return chat.is_forum ? { ...place, scope: "topic", thread: GENERAL_TOPIC } : place;
}

/** The chat as a whole: messages in it are known by their numbers alone, whatever the topic. */
export function chatOf(chat: Chat, { account }: BotIdentity): Address | undefined {
  if (chat.type === "channel") return undefined;
  return addressOf(String(chat.id), account);
}

/** The address behind a chat id: those of people are positive, all others are groups. */
export function addressOf(chat: string, account: string): Address {
  return { channel: "telegram", account, scope: isPrivate(chat) ? "dm" : "group", chat };
}

/** Whether a chat is with one person. */
export function isPrivate(chat: string): boolean {
  return /^\d+$/.test(chat);
}
