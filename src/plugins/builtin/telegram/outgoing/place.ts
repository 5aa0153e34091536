import type { Address } from "../../../types.ts";

/** A forum's first topic: messages go there without its id, “typing…” with it. */
const GENERAL_TOPIC = 1;

/** Telegram's number for a chat; a public name, such as `@news`, stays one. */
export function chatIdOf(chat: string): number | string {
  return /^-?\d+$/.test(chat) ? Number(chat) : chat;
}

/** People have positive ids, all other chats negative ones. */
export function isPrivate({ chat }: Address): boolean {
  return /^\d+$/.test(chat);
}

/** Where in a chat a message goes. */
export function threadOf({ thread }: Address): { message_thread_id?: number } {
  const id = Number(thread);
  return thread === undefined || !Number.isSafeInteger(id) || id === GENERAL_TOPIC
    ? {}
    : { message_thread_id: id };
}

/** Where in a chat “typing…” shows. */
export function typingThreadOf({ thread }: Address): { message_thread_id?: number } {
  const id = Number(thread);
  return thread === undefined || !Number.isSafeInteger(id) ? {} : { message_thread_id: id };
}
