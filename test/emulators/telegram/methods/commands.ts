import type { BotCommand, BotCommandScope, User } from "@grammyjs/types";
import { badRequest } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Room } from "../room.ts";
import { roomToRead, type Methods, type Visit } from "./visit.ts";

const MOST_COMMANDS = 100;
const LONGEST_DESCRIPTION = 256;

/** The menu of commands, and the button that opens it. */
export const commandMethods: Methods<
  "setMyCommands" | "getMyCommands" | "deleteMyCommands" | "setChatMenuButton" | "getChatMenuButton"
> = {
  setMyCommands: (visit, { commands, scope, language_code }) => {
    if (commands.length > MOST_COMMANDS) throw badRequest("BOT_COMMANDS_TOO_MUCH");
    for (const { command, description } of commands) {
      if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
      if (description.length < 1 || description.length > LONGEST_DESCRIPTION) {
        throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
      }
    }
    const bare = commands.map((each) => ({ ...each, command: each.command.replace(/^\//, "") }));
    visit.bot.commands.set(commandKey(checkScope(visit, scope), language_code), bare);
    visit.world.changed();
    return true;
  },

  getMyCommands: (visit, { scope, language_code }) => {
    const found = visit.bot.commands.get(commandKey(checkScope(visit, scope), language_code));
    return [...(found ?? [])];
  },

  deleteMyCommands: (visit, { scope, language_code }) => {
    visit.bot.commands.delete(commandKey(checkScope(visit, scope), language_code));
    visit.world.changed();
    return true;
  },

  setChatMenuButton: (visit, { chat_id, menu_button = { type: "default" } }) => {
    if (chat_id !== undefined) roomToRead(visit, chat_id);
    visit.bot.menuButtons.set(chat_id ?? "default", menu_button);
    return true;
  },

  getChatMenuButton: ({ bot }, { chat_id }) =>
    (chat_id === undefined ? undefined : bot.menuButtons.get(chat_id)) ??
    bot.menuButtons.get("default") ?? { type: "commands" },
};

/** The commands that a person is offered in a chat: the first list that is set, from the narrowest scope to the widest. */
export function commandsShown(bot: BotAccount, room: Room, person: User): readonly BotCommand[] {
  for (const scope of scopesOf(room, person)) {
    const found =
      bot.commands.get(commandKey(scope, person.language_code)) ??
      bot.commands.get(commandKey(scope, undefined));
    if (found) return found;
  }
  return [];
}

function scopesOf(room: Room, person: User): BotCommandScope[] {
  const chat_id = room.id;
  if (room.kind === "private") {
    return [{ type: "chat", chat_id }, { type: "all_private_chats" }, { type: "default" }];
  }
  const isAdmin = room.isAdmin(person.id);
  return [
    { type: "chat_member", chat_id, user_id: person.id },
    ...(isAdmin ? [{ type: "chat_administrators", chat_id } as const] : []),
    { type: "chat", chat_id },
    ...(isAdmin ? [{ type: "all_chat_administrators" } as const] : []),
    { type: "all_group_chats" },
    { type: "default" },
  ];
}

function checkScope(visit: Visit, scope: BotCommandScope = { type: "default" }): BotCommandScope {
  if ("chat_id" in scope) roomToRead(visit, scope.chat_id);
  return scope;
}

function commandKey(scope: BotCommandScope, language: string | undefined): string {
  const chat = "chat_id" in scope ? scope.chat_id : "";
  const user = "user_id" in scope ? scope.user_id : "";
  return [scope.type, chat, user, language ?? ""].join(" ");
}
