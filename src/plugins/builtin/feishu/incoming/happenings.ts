import type { Address, InboundEvent } from "../../../types.ts";
import { placeOf } from "../places.ts";
import { buttonDataIn } from "../outgoing/buttons.ts";
import { refusedAs } from "../outgoing/errors.ts";
import { emojiOf } from "../outgoing/reaction-names.ts";
import { openIdOf } from "./mentions.ts";
import { type Reader, senderOf } from "./message.ts";
import { shortName } from "./directory.ts";
import type { ChatEvent, PressEvent, ReactionEvent, RecalledEvent, Told } from "./wire.ts";

/** Something that happened in a chat, and the name by which it is known if it is told again. */
export interface Happening {
  readonly id: string;
  readonly event: InboundEvent;
}

type Read<Event> = (event: Event, told: Told, reading: Reading) => Promise<readonly Happening[]>;

interface Reading {
  readonly reader: Reader;
  readonly signal: AbortSignal;
}

/** Whatever is no message, out of what the platform tells. Nothing for what does not concern the gateway. */
export async function readHappenings(
  told: Told,
  reader: Reader,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const read = READERS[told.type];
  // The platform vouches for the shape of its events, and whoever got here knows its secrets.
  return read ? (read as Read<unknown>)(told.event, told, { reader, signal }) : [];
}

const READERS: Readonly<Record<string, Read<never>>> = {
  "im.message.recalled_v1": readRecall,
  "im.message.reaction.created_v1": (event, told, reading) => readReaction(event, told, reading, true),
  "im.message.reaction.deleted_v1": (event, told, reading) => readReaction(event, told, reading, false),
  "im.chat.member.bot.added_v1": (event, told, reading) => ownComing(event, told, reading, "joined"),
  "im.chat.member.bot.deleted_v1": (event, told, reading) => ownComing(event, told, reading, "left"),
  "im.chat.disbanded_v1": (event, told, reading) => ownComing(event, told, reading, "left"),
  "im.chat.member.user.added_v1": (event, told, reading) => comings(event, told, reading, "joined"),
  "im.chat.member.user.deleted_v1": (event, told, reading) => comings(event, told, reading, "left"),
  "im.chat.member.user.withdrawn_v1": (event, told, reading) => comings(event, told, reading, "left"),
  "im.chat.access_event.bot_p2p_chat_entered_v1": learnChat,
  "card.action.trigger": readPress,
};

async function readRecall(event: RecalledEvent, _: Told, reading: Reading): Promise<readonly Happening[]> {
  const { message_id: id, chat_id: chat } = event;
  const address = await addressOf(id, reading, undefined, chat).catch((error: unknown) => {
    // What was taken back need not be shown any more: then the chat is all that is known of it.
    if (refusedAs(error) !== "message-gone" || chat === undefined) throw error;
    return placeIn(chat, reading);
  });
  return address ? [{ id: `recalled/${id}`, event: { kind: "removed", message: { address, id } } }] : [];
}

async function readReaction(
  event: ReactionEvent,
  told: Told,
  reading: Reading,
  added: boolean,
): Promise<readonly Happening[]> {
  const { message_id: id, operator_type, reaction_type } = event;
  const person = openIdOf(event.user_id);
  // What bots do, our own above all, is nothing that somebody wants to say.
  if (operator_type === "app" || person === undefined) return [];
  const address = await addressOf(id, reading, person);
  if (!address) return [];
  const by = await senderOf(person, reading.reader.directory, reading.signal);
  const emoji = emojiOf(reaction_type?.emoji_type ?? "");
  return [{ id: nameOf(told), event: { kind: "reaction", message: { address, id }, by, emoji, added } }];
}

async function readPress(event: PressEvent, told: Told, reading: Reading): Promise<readonly Happening[]> {
  const { operator, action, context } = event;
  const person = operator?.open_id ?? event.open_id;
  const id = context?.open_message_id ?? event.open_message_id;
  const data = buttonDataIn(action?.value);
  const button = data === undefined ? undefined : await reading.reader.buttonOf(data);
  if (person === undefined || id === undefined || button === undefined) return [];
  reading.reader.directory.learnName(person, operator?.name);
  const chat = context?.open_chat_id ?? event.open_chat_id;
  const address = await addressOf(id, reading, person, chat);
  if (!address) return [];
  const by = await senderOf(person, reading.reader.directory, reading.signal);
  // One press may come under several ids of events, and in both shapes: its token is its own.
  const name = event.token === undefined ? nameOf(told) : `pressed/${event.token}`;
  return [{ id: name, event: { kind: "button", message: { address, id }, by, button } }];
}

/** That the bot itself came to a group or left it, or that there is no group any more. */
async function ownComing(
  { chat_id: chat, operator_id: operator }: ChatEvent,
  told: Told,
  { reader, signal }: Reading,
  kind: "joined" | "left",
): Promise<readonly Happening[]> {
  const { account, directory } = reader;
  const person = openIdOf(operator);
  const by = person === undefined ? NOBODY : await senderOf(person, directory, signal);
  const address: Address = { channel: "feishu", account, scope: "group", chat };
  return [{ id: nameOf(told), event: { kind, address, by, isUs: true } }];
}

/** Others who came or left. */
async function comings(
  { chat_id: chat, users = [] }: ChatEvent,
  told: Told,
  { reader }: Reading,
  kind: "joined" | "left",
): Promise<readonly Happening[]> {
  const { account, directory } = reader;
  const address: Address = { channel: "feishu", account, scope: "group", chat };
  return users.flatMap(({ name, user_id }, index) => {
    const person = openIdOf(user_id);
    if (person === undefined) return [];
    directory.learnName(person, name);
    const by = { id: person, name: name ?? shortName(person), isBot: false };
    return [{ id: nameOf(told, index), event: { kind, address, by, isUs: false } }];
  });
}

/** Somebody has opened the chat with the bot: from now on it is known whose it is. */
async function learnChat(event: ChatEvent, _: Told, { reader }: Reading): Promise<readonly Happening[]> {
  const person = openIdOf(event.operator_id);
  if (person !== undefined) await reader.directory.learnPrivateChat(event.chat_id, person);
  return [];
}

/** Where a message is; undefined where that cannot be found out, so that nothing can be said about it. */
async function addressOf(
  id: string,
  reading: Reading,
  person?: string,
  chat?: string,
): Promise<Address | undefined> {
  const known = await reading.reader.directory.message(id, reading.signal);
  if (known?.address) return known.address;
  const where = known?.spot.chat ?? chat;
  if (where === undefined) return undefined;
  // Without its author a message of the bot's is in the conversation of whoever did something with it.
  return placeIn(where, reading, known?.author ?? person, known?.spot.topic);
}

async function placeIn(
  chat: string,
  { reader, signal }: Reading,
  author?: string,
  topic?: string,
): Promise<Address> {
  const { directory, account, scopeIn } = reader;
  const person = await directory.personIn(chat, author, signal);
  return placeOf({ chat, person, topic }, { account, sender: author ?? reader.bot, scope: scopeIn(chat) });
}

const NOBODY = { id: "", name: "somebody", isBot: false };

function nameOf({ id }: Told, index = 0): string {
  return index === 0 ? id : `${id}/${index}`;
}
