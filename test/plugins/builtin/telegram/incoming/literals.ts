import type { Chat, Message, MessageEntity, Update, User } from "grammy/types";
import type { InboundEvent, InboundMessage } from "../../../../../src/core/message.ts";
import type { Reader } from "../../../../../src/plugins/builtin/telegram/incoming/message.ts";
import { MessageNames } from "../../../../../src/plugins/builtin/telegram/message-names.ts";
import { Pastes } from "../../../../../src/plugins/builtin/telegram/incoming/pastes.ts";
import { readUpdate } from "../../../../../src/plugins/builtin/telegram/incoming/updates.ts";

export const anna: User = { id: 42, is_bot: false, first_name: "Anna", last_name: "Li" };
export const ben: User = { id: 43, is_bot: false, first_name: "Ben", username: "ben" };
export const us: User = { id: 7000, is_bot: true, first_name: "Bot", username: "My_Bot" };
export const dm: Chat = { id: 42, type: "private", first_name: "Anna" };
export const group: Chat = { id: -1001, type: "supergroup", title: "Team" };
export const forum: Chat = { id: -1002, type: "supergroup", title: "Forum", is_forum: true };
export const DATE = 1_700_000_000;

let lastUpdate = 900;

export function reader(roleAt: Reader["roleAt"] = () => undefined): Reader {
  return {
    bot: { account: "default", id: us.id, username: "My_Bot" },
    names: new MessageNames(),
    pastes: new Pastes(),
    roleAt,
    commandNameOf: (typed) => typed.replace("my_skill", "my-skill"),
  };
}

/** A message of Anna's to the bot, unless `over` says otherwise. */
export function messageOf(over: Partial<Message>): Message {
  return { message_id: 11, date: DATE, chat: dm, from: anna, ...over };
}

export function updateOf(over: Omit<Update, "update_id">): Update {
  return { update_id: ++lastUpdate, ...over };
}

// Types say who writes where; these literals may write anywhere.
export const written = (over: Partial<Message>) => updateOf({ message: messageOf(over) as never });

/** The one message in an update. */
export function heard(over: Partial<Message>, by = reader()): InboundMessage | undefined {
  const all = readUpdate(written(over), by);
  if (all.length > 1) throw new Error(`more than one: ${JSON.stringify(all)}`);
  const [one] = all;
  return one?.kind === "message" ? one.message : undefined;
}

export function eventsOf(over: Omit<Update, "update_id">, by = reader()): InboundEvent[] {
  return readUpdate(updateOf(over), by).flatMap((one) => (one.kind === "event" ? [one.event] : []));
}

type Mark = MessageEntity extends infer One
  ? One extends unknown
    ? Omit<One, "offset" | "length">
    : never
  : never;

/** The entity that covers `part` in `text`. */
export function mark(text: string, part: string, more: Mark): MessageEntity {
  return { offset: text.indexOf(part), length: part.length, ...more };
}
