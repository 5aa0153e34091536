import type { Chat, Message, MessageOrigin, User } from "grammy/types";
import type { Sender } from "../../../types.ts";

/** Somebody on Telegram, as the gateway speaks of people. */
export function senderOf(user: User): Sender {
  const { id, is_bot: isBot, language_code: language } = user;
  return { id: String(id), name: nameOf(user), isBot, ...(language ? { language } : {}) };
}

/** Whoever speaks for a group or a channel, without giving a name of their own. */
export function senderOfChat(chat: Chat, signature?: string): Sender {
  const name = signature === undefined ? titleOf(chat) : `${signature} (${titleOf(chat)})`;
  return { id: String(chat.id), name, isBot: false };
}

/** Who wrote a message. An anonymous admin and a channel write through an account of Telegram's own. */
export function authorOf({ from, sender_chat: chat, author_signature }: Message): Sender | undefined {
  if (chat !== undefined) return senderOfChat(chat, author_signature);
  return from && senderOf(from);
}

/** Who wrote first what was passed on. */
export function originName(origin: MessageOrigin): string {
  switch (origin.type) {
    case "user":
      return nameOf(origin.sender_user);
    case "hidden_user":
      return origin.sender_user_name;
    case "chat":
      return titleOf(origin.sender_chat);
    default:
      return titleOf(origin.chat);
  }
}

function nameOf({ first_name, last_name, username, id }: User): string {
  const name = [first_name, last_name].filter(Boolean).join(" ").trim();
  return name || (username ?? String(id));
}

function titleOf(chat: Chat): string {
  const name = [chat.title, chat.first_name, chat.last_name].filter(Boolean).join(" ");
  return name || (chat.username ?? String(chat.id));
}
