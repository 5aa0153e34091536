import type { InputRichBlockParagraph } from "grammy/types";
import { isVisible } from "../../../seen-text.ts";
import type { Formatter } from "./formatter.ts";
import { textOfHtml } from "./seen-text.ts";

/** A text as the Bot API takes it. */
export type Content = TextContent | RichContent;

export interface TextContent {
  readonly text: string;
  readonly parse_mode?: "HTML";
}

/** Holds no files, so that a draft may be one. */
export interface RichContent {
  readonly rich_message: {
    markdown?: string;
    blocks?: InputRichBlockParagraph[];
    skip_entity_detection: true;
  };
}

/** Shown where nothing of a text would be seen, such as a code block that has only begun. */
const NOTHING_YET = "…";
/** Units that one message of text takes. */
export const TEXT_LIMIT = 4096;

export function htmlContent(markdown: string, { toHtml }: Formatter): TextContent {
  const text = toHtml(markdown);
  return isVisible(textOfHtml(text)) ? { text, parse_mode: "HTML" } : { text: NOTHING_YET };
}

export function plainContent(markdown: string, { toPlain }: Formatter): TextContent {
  const text = toPlain(markdown);
  return { text: isVisible(text) ? text : NOTHING_YET };
}

/** Undefined for a text that cannot be a rich message. */
export function richContent(markdown: string, { richOf }: Formatter): RichContent | undefined {
  const rich = richOf(markdown);
  // What a model writes is no mention, hashtag or command of anybody's.
  return rich === undefined ? undefined : { rich_message: { markdown: rich, skip_entity_detection: true } };
}

/** A text that is too long for a plain message, without any formatting that could be refused. */
export function longPlainContent(text: string): RichContent {
  return { rich_message: { blocks: [{ type: "paragraph", text }], skip_entity_detection: true } };
}

/** What people read of it; undefined for a rich message, which only Telegram parses. */
export function seenOf(content: Content): string | undefined {
  if (!("text" in content)) return undefined;
  return content.parse_mode === undefined ? content.text : textOfHtml(content.text);
}
