import type { Formatter } from "./formatter.ts";
import { isVisible, textOfHtml } from "./seen-text.ts";

/** A text as the Bot API takes it. */
export type Content = { readonly rich: string } | { readonly text: string; readonly parse_mode?: "HTML" };

/** Shown where nothing of a text would be seen, such as a code block that has only begun. */
const NOTHING_YET = "…";

export function htmlContent(markdown: string, { toHtml }: Formatter): Content & { readonly text: string } {
  const text = toHtml(markdown);
  return isVisible(textOfHtml(text)) ? { text, parse_mode: "HTML" } : { text: NOTHING_YET };
}

export function plainContent(markdown: string, { toPlain }: Formatter): Content & { readonly text: string } {
  const text = toPlain(markdown);
  return { text: isVisible(text) ? text : NOTHING_YET };
}

/** What people read of it; undefined for a rich message, which only Telegram parses. */
export function seenOf(content: Content): string | undefined {
  if ("rich" in content) return undefined;
  return content.parse_mode === undefined ? content.text : textOfHtml(content.text);
}
