import {
  MessageFlags,
  MessageReferenceType,
  type APIAttachment,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  type RESTAPIAttachment,
  type RESTPostAPIChannelMessageJSONBody,
} from "discord-api-types/v10";
import { badLength, invalidForm, refused, tooLong } from "../api-failure.ts";
import { pingsOf } from "../mentions.ts";
import { lengthOf, LONGEST_TEXT } from "../message.ts";
import { may } from "../permissions.ts";
import type { Pings, Post, Room } from "../room.ts";
import type { Content } from "../world.ts";
import { readComponents } from "./components.ts";
import type { Fields, Visit } from "./route.ts";

export type MessageBody = RESTPostAPIChannelMessageJSONBody;

export const MESSAGE_FIELDS: Fields<MessageBody> = {
  content: true,
  nonce: true,
  tts: true,
  embeds: true,
  allowed_mentions: true,
  message_reference: true,
  components: true,
  sticker_ids: true,
  attachments: true,
  flags: true,
  enforce_nonce: true,
  poll: true,
  shared_client_theme: true,
};

const MOST_EMBEDS = 10;
const MOST_EMBED_TEXT = 6000;
const MOST_FILES = 10;
const LARGEST_REQUEST = 25 * 1024 * 1024;
const MAY_SET =
  MessageFlags.SuppressEmbeds |
  MessageFlags.SuppressNotifications |
  MessageFlags.IsVoiceMessage |
  MessageFlags.IsComponentsV2;

/** What a bot wants a message to be; also of edits and of answers to interactions. */
export interface Wanted {
  readonly content?: string | null | undefined;
  readonly embeds?: APIEmbed[] | null | undefined;
  readonly components?: APIMessageTopLevelComponent[] | null | undefined;
  readonly attachments?: RESTAPIAttachment[] | undefined;
  readonly allowed_mentions?: MessageBody["allowed_mentions"] | null;
  readonly flags?: number | null | undefined;
  readonly sticker_ids?: readonly string[] | undefined;
  readonly poll?: MessageBody["poll"];
}

/** The content of a new message, and whom it calls; throws for what Discord would refuse. */
export function readContent(
  visit: Visit,
  room: Room,
  wanted: Wanted,
  replyTo?: Post,
  extraFlags: number = 0,
): { content: Content; pings: Pings } {
  const text = readText(wanted.content ?? "");
  const flags = wanted.flags ?? 0;
  if ((flags & ~(MAY_SET | extraFlags)) !== 0)
    throw invalidForm("flags", "BITFIELD_INVALID", "These flags cannot be set.");
  const isV2 = (flags & MessageFlags.IsComponentsV2) !== 0;
  const embeds = readEmbeds(wanted.embeds ?? []);
  const components = readComponents(wanted.components ?? [], isV2);
  const attachments = readFiles(visit, room, wanted.attachments);
  const sticker_items = readStickers(room, wanted.sticker_ids ?? []);
  if (isV2 && (text !== "" || embeds.length > 0))
    throw invalidForm(
      "flags",
      "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
      "The 'content' and 'embeds' fields cannot be used with components v2",
    );
  const parts = [embeds, attachments, sticker_items, components];
  if (text === "" && !wanted.poll && parts.every((each) => each.length === 0)) throw refused("empty");
  return {
    content: {
      content: text,
      embeds,
      components,
      attachments,
      flags,
      ...(sticker_items.length > 0 ? { sticker_items } : {}),
    },
    pings: pingsOf(room, visit.bot.id, text, wanted.allowed_mentions, replyTo),
  };
}

/** What an edit changes; throws for what Discord would refuse. Files are kept unless others are listed. */
export function readEdit(visit: Visit, post: Post, wanted: Wanted): { content: Content; pings: Pings } {
  const { message, room } = post;
  const content = changesOf(visit, post, wanted);
  const after = { ...message, ...content };
  const parts = [after.embeds, after.attachments, after.sticker_items ?? [], after.components ?? []];
  if (after.content === "" && parts.every((each) => each.length === 0)) throw refused("empty");
  const isTextKept = wanted.content === undefined && wanted.allowed_mentions === undefined;
  if (isTextKept) return { content, pings: post.pings };
  const pings = pingsOf(room, visit.bot.id, after.content, wanted.allowed_mentions, post.replyTo);
  return { content, pings };
}

function changesOf(visit: Visit, { message, room }: Post, wanted: Wanted): Content {
  const flags = flagsAfter(message.flags ?? 0, wanted.flags);
  const isV2 = (flags & MessageFlags.IsComponentsV2) !== 0;
  const hasFiles = wanted.attachments !== undefined || visit.files.size > 0;
  return {
    flags,
    ...(wanted.content === undefined ? {} : { content: readText(wanted.content ?? "") }),
    ...(wanted.embeds === undefined ? {} : { embeds: readEmbeds(wanted.embeds ?? []) }),
    ...(wanted.components === undefined ? {} : { components: readComponents(wanted.components ?? [], isV2) }),
    ...(hasFiles ? { attachments: readFiles(visit, room, wanted.attachments, message.attachments) } : {}),
  };
}

/** Of the flags of a message that is there, two can be changed: one both ways, one for good. */
function flagsAfter(before: number, wanted: number | null | undefined): number {
  if (wanted === undefined) return before;
  const changeable = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2;
  return (before & ~MessageFlags.SuppressEmbeds) | ((wanted ?? 0) & changeable);
}

/** The message that another one answers or forwards; nothing if it need not be there. */
export function readReference(
  visit: Visit,
  room: Room,
  reference: MessageBody["message_reference"],
): { replyTo?: Post; forwardOf?: Post } {
  if (!reference) return {};
  const isForward = reference.type === MessageReferenceType.Forward;
  const there = isForward ? visit.world.room(reference.channel_id ?? "") : room;
  if (!isForward && reference.channel_id !== undefined && reference.channel_id !== room.id)
    throw invalidForm(
      "message_reference",
      "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL",
      "Cannot reply to a message in a different channel",
    );
  if (there && !may(there, visit.bot.id, "ReadMessageHistory")) throw refused("noHistory");
  const post = there?.find(reference.message_id);
  if (post && isForward) return { forwardOf: post };
  if (post) return { replyTo: post };
  if (reference.fail_if_not_exists === false) return {};
  throw invalidForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
}

function readText(content: unknown): string {
  if (typeof content !== "string")
    throw invalidForm("content", "BASE_TYPE_BAD_TYPE", "Could not interpret content as string.");
  const text = content.trim();
  if (lengthOf(text) > LONGEST_TEXT) throw tooLong("content", LONGEST_TEXT);
  return text;
}

function readEmbeds(embeds: readonly APIEmbed[]): APIEmbed[] {
  if (embeds.length > MOST_EMBEDS) throw badLength("embeds", 0, MOST_EMBEDS);
  let total = 0;
  const check = (path: string, text: string | undefined, most: number) => {
    if ((text ?? "").length > most) throw tooLong(path, most);
    total += text?.length ?? 0;
  };
  for (const [index, { title, description, fields = [], footer, author }] of embeds.entries()) {
    const at = `embeds.${index}`;
    check(`${at}.title`, title, 256);
    check(`${at}.description`, description, 4096);
    check(`${at}.footer.text`, footer?.text, 2048);
    check(`${at}.author.name`, author?.name, 256);
    if (fields.length > 25) throw badLength(`${at}.fields`, 0, 25);
    for (const [number, { name, value }] of fields.entries()) {
      check(`${at}.fields.${number}.name`, name, 256);
      check(`${at}.fields.${number}.value`, value, 1024);
    }
  }
  if (total > MOST_EMBED_TEXT)
    throw invalidForm(
      "embeds",
      "MAX_EMBED_SIZE_EXCEEDED",
      `Embed size exceeds maximum size of ${MOST_EMBED_TEXT}`,
    );
  return embeds.map((embed) => ({ ...embed, type: "rich" as APIEmbed["type"] & string }));
}

/** New files, and those of `known` that are listed. */
function readFiles(
  { world, files, bot }: Visit,
  room: Room,
  listed: readonly RESTAPIAttachment[] | undefined,
  known: readonly APIAttachment[] = [],
): APIAttachment[] {
  const facts = new Map((listed ?? []).map((each) => [String(each.id), each]));
  const kept = known.filter(({ id }) => listed === undefined || facts.has(id));
  if (kept.length + files.size > MOST_FILES) throw badLength("attachments", 0, MOST_FILES);
  if (files.size > 0 && !may(room, bot.id, "AttachFiles")) throw refused("missingPermissions");
  const largest = room.guild?.largestFile ?? 10 * 1024 * 1024;
  const sizes = [...files.values()].map(({ bytes }) => bytes.length);
  if (
    sizes.some((size) => size > largest) ||
    sizes.reduce((sum, size) => sum + size, 0) > Math.max(largest, LARGEST_REQUEST)
  )
    throw refused("tooLarge");
  for (const [id] of facts) {
    const isThere = files.has(id) || known.some((each) => each.id === id);
    if (!isThere) throw invalidForm("attachments", "ATTACHMENT_NOT_FOUND", "Attachment data not found");
  }
  const added = [...files].map(([number, upload]) => {
    const { filename, title, description } = facts.get(number) ?? {};
    return world.files.add(
      world.ids.next(),
      room.id,
      { ...upload, name: filename ?? upload.name },
      {
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
      },
    );
  });
  return [...kept, ...added];
}

function readStickers(room: Room, ids: readonly string[]) {
  if (ids.length > 3) throw badLength("sticker_ids", 0, 3);
  return ids.map((id) => {
    const sticker = room.guild?.stickers.find((each) => each.id === id);
    if (!sticker) throw refused("badSticker");
    return { id, name: sticker.name, format_type: sticker.format_type };
  });
}
