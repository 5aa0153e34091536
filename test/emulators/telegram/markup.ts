import type { MessageEntity, ParseMode } from "@grammyjs/types";
import { parseHtml, type FormattedText } from "./html.ts";
import { tdlib, type ParsedEntity } from "./tdlib.ts";

/** Reads markup with Telegram's own parser where its library is there, else HTML with one that is as strict. */
export function parseMarkup(text: string, mode: ParseMode): FormattedText | { readonly error: string } {
  if (tdlib && mode !== "Markdown") {
    const parsed = tdlib.parse(text, mode);
    if ("error" in parsed) return parsed;
    return { text: parsed.text, entities: parsed.entities.flatMap(entityOf) };
  }
  if (mode === "HTML") return parseHtml(text);
  return { error: `Can't parse entities: the stand-in reads ${mode} only with TDLib` };
}

const SIMPLE: Readonly<Record<string, MessageEntity.CommonMessageEntity["type"]>> = {
  textEntityTypeBold: "bold",
  textEntityTypeItalic: "italic",
  textEntityTypeUnderline: "underline",
  textEntityTypeStrikethrough: "strikethrough",
  textEntityTypeSpoiler: "spoiler",
  textEntityTypeCode: "code",
  textEntityTypeBlockQuote: "blockquote",
  textEntityTypeExpandableBlockQuote: "expandable_blockquote",
  textEntityTypeMention: "mention",
  textEntityTypeHashtag: "hashtag",
  textEntityTypeBotCommand: "bot_command",
  textEntityTypeUrl: "url",
  textEntityTypeEmailAddress: "email",
};

/** The Bot API's name of what TDLib found; what it has no name for is left out. */
function entityOf({ offset, length, type }: ParsedEntity): MessageEntity[] {
  const place = { offset, length };
  const simple = SIMPLE[type["@type"]];
  if (simple) return [{ type: simple, ...place }];
  if (type["@type"] === "textEntityTypePre") return [{ type: "pre", ...place }];
  if (type["@type"] === "textEntityTypePreCode")
    return [{ type: "pre", ...place, language: type.language ?? "" }];
  if (type["@type"] === "textEntityTypeTextUrl")
    return [{ type: "text_link", ...place, url: type.url ?? "" }];
  return [];
}
