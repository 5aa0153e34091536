import type { Message } from "@grammyjs/types";
import type { BotAccount } from "./bot-account.ts";
import type { Room } from "./room.ts";

/** Bots never hear each other; with privacy mode on they hear in groups what is meant for them, and service notices. */
export function hears(bot: BotAccount, room: Room, message: Message): boolean {
  if (!room.isIn(bot.id)) return false;
  // Also the notices of what the bot did itself, such as its own pins.
  if (isService(message)) return true;
  if (message.from?.is_bot) return false;
  if (room.kind === "private") return true;
  const hearsAll = !bot.privacyMode || room.isAdmin(bot.id);
  return hearsAll || message.reply_to_message?.from?.id === bot.id || isNamed(bot, room, message);
}

/** Whether a message begins with a command for the bot, or names it. */
function isNamed(bot: BotAccount, room: Room, message: Message): boolean {
  const text = message.text ?? message.caption ?? "";
  for (const entity of message.entities ?? message.caption_entities ?? []) {
    const word = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === "mention" && word === `@${bot.username.toLowerCase()}`) return true;
    if (entity.type === "text_mention" && entity.user.id === bot.id) return true;
    if (entity.type === "bot_command" && entity.offset === 0) return isCommandFor(bot, room, word);
  }
  return false;
}

function isCommandFor(bot: BotAccount, room: Room, word: string): boolean {
  const [, addressee] = word.split("@");
  if (addressee !== undefined) return addressee === bot.username.toLowerCase();
  return room.lastBot === undefined || room.lastBot === bot.id;
}

/** Whether a message is a notice of Telegram's own. */
export function isService(message: Message): boolean {
  return SERVICE.some((field) => message[field] !== undefined);
}

const SERVICE = [
  "new_chat_members",
  "left_chat_member",
  "new_chat_title",
  "pinned_message",
  "migrate_to_chat_id",
  "migrate_from_chat_id",
  "group_chat_created",
  "supergroup_chat_created",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
] as const satisfies readonly (keyof Message)[];
