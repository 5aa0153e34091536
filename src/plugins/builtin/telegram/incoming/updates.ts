import type {
  CallbackQuery,
  ChatMember,
  ChatMemberUpdated,
  Message,
  MessageReactionUpdated,
} from "grammy/types";
import type { MessageGenerationStopped, ReactionType, Update } from "grammy/types";
import type { Address, InboundEvent, InboundMessage, MessageRef, Sender } from "../../../types.ts";
import { hasWords, saidIn } from "./content.ts";
import { addressed, isForOneOnly, readMessage, type Reader } from "./message.ts";
import { authorOf, senderOf, senderOfChat } from "./people.ts";
import { addressOf, type BotIdentity, chatOf, placeOf } from "./places.ts";

/** What the gateway is told of an update. */
export type Heard =
  | { readonly kind: "message"; readonly message: InboundMessage }
  /** `id` is the same whenever the platform tells of the same thing. */
  | { readonly kind: "event"; readonly id: string; readonly event: InboundEvent };

/** Everything in an update that concerns the gateway, in order. Nothing for most of what the platform itself says. */
export function readUpdate(update: Update, reader: Reader): readonly Heard[] {
  const { bot } = reader;
  const { message } = update;
  if (message)
    return [...migration(message, bot), ...comings(message, update, bot), ...written(message, reader)];
  return eventsIn(update, reader).map((event, index) => ({
    kind: "event",
    id: nameOf(update, bot, index),
    event,
  }));
}

/** Update ids count within one bot. */
function nameOf({ update_id }: Update, { id }: BotIdentity, index: number): string {
  return `${id}/${update_id}${index === 0 ? "" : `/${index}`}`;
}

function eventsIn(update: Update, reader: Reader): readonly InboundEvent[] {
  const { edited_message, message_reaction, callback_query, my_chat_member, stopped_message_generation } =
    update;
  const { bot } = reader;
  if (edited_message) return edits(edited_message, reader);
  if (message_reaction) return reactions(message_reaction, reader);
  if (callback_query) return presses(callback_query, reader);
  if (my_chat_member) return ownComings(my_chat_member, bot);
  return stopped_message_generation ? [stop(stopped_message_generation, bot)] : [];
}

function written(message: Message, reader: Reader): readonly Heard[] {
  const said = readMessage(message, reader);
  return said ? [{ kind: "message", message: said }] : [];
}

function edits(edited: Message, reader: Reader): readonly InboundEvent[] {
  const address = placeOf(edited, reader.bot);
  const by = authorOf(edited);
  // A poll that is voted on and a location that moves are “edited” as well.
  if (!address || !by || by.isBot || isForOneOnly(edited) || !hasWords(edited)) return [];
  const text = saidIn(addressed(edited, reader).message) ?? "";
  const atMs = (edited.edit_date ?? edited.date) * 1000;
  return [{ kind: "edited", message: refTo(edited.message_id, address, reader), by, text, atMs }];
}

function reactions(update: MessageReactionUpdated, reader: Reader): readonly InboundEvent[] {
  const address = chatOf(update.chat, reader.bot);
  const by = reactorOf(update);
  if (!address || !by) return [];
  const message = refTo(update.message_id, address, reader);
  const before = new Set(update.old_reaction.map(emojiOf));
  const after = new Set(update.new_reaction.map(emojiOf));
  const change = (emoji: string, added: boolean): InboundEvent => ({
    kind: "reaction",
    message,
    by,
    emoji,
    added,
  });
  return [
    ...[...before.difference(after)].map((emoji) => change(emoji, false)),
    ...[...after.difference(before)].map((emoji) => change(emoji, true)),
  ];
}

function reactorOf({ user, actor_chat }: MessageReactionUpdated): Sender | undefined {
  if (user) return user.is_bot ? undefined : senderOf(user);
  return actor_chat && senderOfChat(actor_chat);
}

function emojiOf(reaction: ReactionType): string {
  if (reaction.type === "emoji") return reaction.emoji;
  return reaction.type === "paid" ? "⭐" : `custom:${reaction.custom_emoji_id}`;
}

function presses({ message, data, from }: CallbackQuery, reader: Reader): readonly InboundEvent[] {
  const address = message && placeOf(message, reader.bot);
  if (!address || data === undefined) return [];
  return [
    { kind: "button", message: refTo(message.message_id, address, reader), by: senderOf(from), button: data },
  ];
}

/** That the bot itself came to a group or left it. That somebody blocked it shows when it is written to. */
function ownComings(update: ChatMemberUpdated, bot: BotIdentity): readonly InboundEvent[] {
  const address = chatOf(update.chat, bot);
  if (!address || address.scope === "dm") return [];
  const [was, is] = [isIn(update.old_chat_member), isIn(update.new_chat_member)];
  if (was === is) return [];
  return [{ kind: is ? "joined" : "left", address, by: senderOf(update.from), isUs: true }];
}

function isIn(member: ChatMember): boolean {
  if (member.status === "restricted") return member.is_member;
  return member.status !== "left" && member.status !== "kicked";
}

/** Others who came or left. The bot's own coming is told by an update of its own. */
function comings(message: Message, update: Update, bot: BotIdentity): readonly Heard[] {
  const address = chatOf(message.chat, bot);
  const { new_chat_members: came = [], left_chat_member: gone } = message;
  if (!address) return [];
  const moves = [
    ...came.map((user) => ({ kind: "joined" as const, user })),
    ...(gone ? [{ kind: "left" as const, user: gone }] : []),
  ];
  return moves
    .filter(({ user }) => user.id !== bot.id)
    .map(({ kind, user }, index) => ({
      kind: "event",
      id: nameOf(update, bot, index),
      event: { kind, address, by: senderOf(user), isUs: false },
    }));
}

/** Told twice, in the old group and in the new one. */
function migration(
  { chat, migrate_to_chat_id: to, migrate_from_chat_id: from }: Message,
  bot: BotIdentity,
): Heard[] {
  if (to === undefined && from === undefined) return [];
  const place = (id: number): Address => addressOf(String(id), bot.account);
  const event = { kind: "migrated", from: place(from ?? chat.id), to: place(to ?? chat.id) } as const;
  return [{ kind: "event", id: `migrated/${event.from.chat}/${event.to.chat}`, event }];
}

function stop({ chat, message_thread_id: thread }: MessageGenerationStopped, bot: BotIdentity): InboundEvent {
  const whole = addressOf(String(chat.id), bot.account);
  const address: Address =
    thread === undefined ? whole : { ...whole, scope: "topic", thread: String(thread) };
  return { kind: "stop", address, by: senderOfChat(chat) };
}

function refTo(message: number, address: Address, { names }: Reader): MessageRef {
  return { address, id: names.nameOf(address.chat, message) };
}
