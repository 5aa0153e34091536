import {
  type APIGuildMember,
  type APIMessage,
  MessageReferenceType,
  MessageType,
} from "discord-api-types/v10";
import type { Attachment, InboundMessage } from "../../../types.ts";
import type { DiscordSettings } from "../settings.ts";
import { attachmentsOf } from "./attachments.ts";
import { saidIn } from "./content.ts";
import { namesBot, withoutAddress } from "./mentions.ts";
import { nameOf, senderOf } from "./people.ts";
import type { BotIdentity, Place, Places } from "./places.ts";
import { timeOf } from "./snowflake.ts";

/** A message as the gateway tells it; what is fetched has neither `member` nor `guild_id`. */
export type HeardMessage = APIMessage & {
  readonly guild_id?: string;
  readonly member?: Partial<Pick<APIGuildMember, "nick" | "roles">>;
};

/** What is needed to read what Discord tells. */
export interface Reader {
  readonly bot: BotIdentity;
  readonly places: Places;
  readonly settings: { of(to: InboundMessage["address"]): DiscordSettings };
  /** Whether other programs are listened to: never, always, or where they name the bot. */
  readonly allowBots: boolean | "mentions";
  /** Where pictures of stickers are. */
  readonly stickerRoot: string;
}

/** What people write; all other types are the platform's own words. */
const WRITTEN: ReadonlySet<number> = new Set([MessageType.Default, MessageType.Reply]);

/** What somebody wrote. Undefined for the bot's own messages, other programs', the platform's, and empty ones. */
export function readMessage(message: HeardMessage, place: Place, reader: Reader): InboundMessage | undefined {
  if (!isWritten(message) || message.author.id === reader.bot.id) return undefined;
  const { places, settings, stickerRoot } = reader;
  const isForBot = isMeant(message, place, reader);
  const isProgram = isOfProgram(message);
  if (isProgram && !isListenedTo(isForBot, place, reader)) return undefined;
  const address = places.addressIn(place);
  const text = wordsOf(message, place, reader);
  const attachments = [
    ...attachmentsOf(message, stickerRoot),
    ...(isForBot ? shownBy(message, place, stickerRoot) : []),
  ];
  if (text === "" && attachments.length === 0) return undefined;
  const replyTo = replyOf(message, place, reader);
  const { role } = settings.of(address);
  const within = withinOf(message, place);
  return {
    id: message.id,
    address,
    sender: { ...senderOf(message.author, message.member), isBot: isProgram },
    text,
    attachments,
    isForBot,
    ...(replyTo ? { replyTo } : {}),
    ...(message.message_snapshots?.length ? { forwardedFrom: originOf(message, places) } : {}),
    ...(role === undefined ? {} : { role }),
    ...(within ? { within } : {}),
    sentAtMs: timeOf(message.id),
  };
}

/** Whether a person, or a program in a person's way, wrote it. */
export function isWritten({ type }: Pick<APIMessage, "type">): boolean {
  return WRITTEN.has(type);
}

export function isOfProgram({ author, webhook_id }: Pick<APIMessage, "author" | "webhook_id">): boolean {
  return author.bot === true || webhook_id !== undefined;
}

/** What a message says without the mere address. */
export function wordsOf(message: HeardMessage, place: Place, { bot, places }: Reader): string {
  const botRole = places.guild(place.guild)?.botRole;
  return saidIn(withoutAddress(message, bot, botRole), places, place.guild);
}

/** Where a chat belongs, and what its sender is there. */
export function withinOf({ member }: Pick<HeardMessage, "member">, place: Place): InboundMessage["within"] {
  const { guild, parent } = place;
  if (guild === undefined) return undefined;
  return {
    guild,
    ...(parent === undefined ? {} : { parent }),
    ...(member?.roles ? { roles: member.roles } : {}),
  };
}

function isMeant(message: HeardMessage, place: Place, { bot, places }: Reader): boolean {
  if (place.kind === "dm") return true;
  if (namesBot(message, bot, places.guild(place.guild)?.botRole)) return true;
  if (answered(message)?.author.id === bot.id) return true;
  return place.isOurs === true && !isOfProgram(message);
}

function isListenedTo(isForBot: boolean, { kind }: Place, { allowBots }: Reader): boolean {
  return allowBots === "mentions" ? isForBot && kind !== "dm" : allowBots;
}

/** The message that another one answers; undefined where it is gone, or only passed on. */
function answered({ referenced_message: to, message_reference: reference }: HeardMessage) {
  return reference?.type === MessageReferenceType.Forward ? undefined : (to ?? undefined);
}

/** “What is this?” is about the file of the message that it answers. In a private chat the agent was given it. */
function shownBy(message: HeardMessage, { kind }: Place, stickerRoot: string): readonly Attachment[] {
  const to = kind === "dm" ? undefined : answered(message);
  return to === undefined || to.author.bot ? [] : attachmentsOf(to, stickerRoot);
}

function replyOf(message: HeardMessage, place: Place, { places }: Reader): InboundMessage["replyTo"] {
  const { message_reference: reference, type } = message;
  if (type !== MessageType.Reply || !reference?.message_id) return undefined;
  const to = answered(message);
  if (!to) return { id: reference.message_id, text: "" };
  const text = saidIn(to, places, place.guild) || namesOfFiles(to);
  return { id: to.id, text, from: nameOf(to.author) };
}

function namesOfFiles({ attachments }: APIMessage): string {
  return attachments.map(({ filename }) => `[file: ${filename}]`).join(" ");
}

/** Discord tells where a message was passed on from, and not by whom it was. */
function originOf({ message_reference: reference }: HeardMessage, places: Places): string {
  const name = reference && places.of(reference.channel_id)?.name;
  return name ? `#${name}` : "another chat";
}
