import type { MessageEntity, ParseMode } from "@grammyjs/types";
import { badRequest } from "./api-failure.ts";
import { findEntities } from "./entities.ts";
import type { FormattedText } from "./html.ts";
import { parseMarkup } from "./markup.ts";

export interface TextSource {
  readonly text: string;
  readonly parse_mode?: ParseMode | undefined;
  readonly entities?: readonly MessageEntity[] | undefined;
}

export const TEXT_LIMIT = 4096;
export const CAPTION_LIMIT = 1024;

/** What people see of a text that a bot sends; throws what Telegram answers to one that it refuses. */
export function readText(source: TextSource): FormattedText {
  if (source.text === "") throw badRequest("message text is empty");
  const formatted = trim(parse(source));
  if (formatted.text === "") throw badRequest("text must be non-empty");
  if (formatted.text.length > TEXT_LIMIT) throw badRequest("message is too long");
  return withFoundEntities(formatted);
}

/** The same for a caption, which may be empty. */
export function readCaption(source: TextSource): FormattedText {
  const formatted = trim(parse(source));
  if (formatted.text.length > CAPTION_LIMIT) throw badRequest("message caption is too long");
  return withFoundEntities(formatted);
}

/** The same for the text of a draft: it may be empty, and is not trimmed at its end. */
export function readDraft(source: TextSource): FormattedText {
  const formatted = parse(source);
  if (formatted.text.length > TEXT_LIMIT) throw badRequest("message is too long");
  return formatted;
}

function parse({ text, parse_mode, entities = [] }: TextSource): FormattedText {
  const clean = text.replaceAll("\r", "").toWellFormed();
  if (parse_mode === undefined) return { text: clean, entities: [...entities] };
  const parsed = parseMarkup(clean, parse_mode);
  if ("error" in parsed) throw badRequest(lowerFirst(parsed.error));
  return parsed;
}

/** Telegram drops white space at both ends; at the beginning only where no formatting starts. */
function trim({ text, entities }: FormattedText): FormattedText {
  const firstAt = Math.min(...entities.map(({ offset }) => offset), text.length);
  const blank = text.slice(0, firstAt).match(/^\s*/)?.[0].length ?? 0;
  const trimmed = text.slice(blank).trimEnd();
  const kept = entities
    .map((entity) => ({ ...entity, offset: entity.offset - blank }))
    .map((entity) => ({ ...entity, length: Math.min(entity.length, trimmed.length - entity.offset) }))
    .filter(({ length }) => length > 0);
  return { text: trimmed, entities: kept };
}

function withFoundEntities({ text, entities }: FormattedText): FormattedText {
  return { text, entities: findEntities(text, entities) };
}

function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
