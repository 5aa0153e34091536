import type { Message, Poll, RichMessage } from "grammy/types";
import { markdownOf } from "./entities.ts";

/**
 * What a message says, as Markdown: its text or caption, and in words what is no text. Undefined for what people
 * did not say: that somebody came, that a topic was renamed.
 */
export function saidIn(message: Message): string | undefined {
  const written = writtenIn(message);
  const notes = notesOf(message);
  if (written === undefined && notes.length === 0 && !hasFile(message)) return undefined;
  return [...(written ? [written] : []), ...notes].join("\n");
}

/** The text or caption alone. */
function writtenIn({ text, entities, caption, caption_entities, rich_message }: Message): string | undefined {
  if (text !== undefined) return markdownOf(text, entities);
  if (caption !== undefined) return markdownOf(caption, caption_entities);
  return rich_message && textOfRich(rich_message);
}

/** Whether a person can have changed the words of it, and not only something beside them. */
export function hasWords(message: Message): boolean {
  return message.text !== undefined || message.rich_message !== undefined || hasFile(message);
}

function hasFile(message: Message): boolean {
  return FILES.some((kind) => message[kind] !== undefined);
}

const FILES = [
  "photo",
  "document",
  "audio",
  "voice",
  "video",
  "video_note",
  "animation",
  "live_photo",
] as const satisfies readonly (keyof Message)[];

/** What stands for things that are neither text nor file. */
function notesOf(message: Message): readonly string[] {
  const { sticker, contact, dice, poll, game, checklist, story, paid_media, via_bot } = message;
  const place = placeNote(message);
  return [
    ...(sticker ? [`[sticker${sticker.emoji === undefined ? "" : ` ${sticker.emoji}`}]`] : []),
    ...(place === undefined ? [] : [place]),
    ...(contact ? [`[contact: ${contactName(contact)}, ${contact.phone_number}]`] : []),
    ...(dice ? [`[dice ${dice.emoji}: ${dice.value}]`] : []),
    ...(poll ? [pollNote(poll)] : []),
    ...(game ? [`[game: ${game.title}]`] : []),
    ...(checklist ? [checklistNote(checklist)] : []),
    ...(story ? ["[a story, which bots cannot see]"] : []),
    ...(paid_media ? ["[paid media, which bots cannot see]"] : []),
    ...(via_bot?.username ? [`[via @${via_bot.username}]`] : []),
  ];
}

function placeNote({ venue, location }: Message): string | undefined {
  if (venue) {
    const { latitude, longitude } = venue.location;
    return `[place: ${venue.title}, ${venue.address} (${latitude}, ${longitude})]`;
  }
  if (!location) return undefined;
  const { latitude, longitude, live_period } = location;
  return `[location: ${latitude}, ${longitude}${live_period ? ", live" : ""}]`;
}

function contactName({ first_name, last_name }: { first_name: string; last_name?: string }): string {
  return [first_name, last_name].filter(Boolean).join(" ");
}

function pollNote({ question, options, total_voter_count, is_closed }: Poll): string {
  const state = `${total_voter_count} voted${is_closed ? ", closed" : ""}`;
  return [
    `[poll: ${question} (${state})]`,
    ...options.map((one) => `- ${one.text}: ${one.voter_count}`),
  ].join("\n");
}

function checklistNote({ title, tasks }: NonNullable<Message["checklist"]>): string {
  const lines = tasks.map((task) => `- [${task.completion_date ? "x" : " "}] ${task.text}`);
  return [`[checklist: ${title}]`, ...lines].join("\n");
}

/** Blocks hold texts, which hold texts again: what matters here is what can be read in them, in order. */
function textOfRich({ blocks }: RichMessage): string {
  return blocks.map((block) => textsIn(block).join("")).join("\n");
}

function textsIn(part: unknown): readonly string[] {
  if (typeof part === "string") return [part];
  if (Array.isArray(part)) return part.flatMap(textsIn);
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => (TEXT_KEYS.has(key) ? textsIn(value) : []));
}

/** Where readable text stands in a block; all else says how it looks. */
const TEXT_KEYS = new Set(["text", "expression", "summary", "blocks", "items", "cells", "caption", "credit"]);
