import type { Formatter } from "../format/format.ts";
import type { SendOptions } from "../../../types.ts";

/** Shown where nothing of a text would be seen, such as a code block that has only begun. */
const NOTHING_YET = "…";

/** A text as Discord takes it; undefined where nothing of it would be seen. */
export function captionOf(
  markdown: string,
  style: SendOptions["style"],
  { toDiscord, toPlain }: Formatter,
): string | undefined {
  const text = style === "plain" ? toPlain(markdown) : toDiscord(markdown);
  return text === "" ? undefined : text;
}

/** The text of a message, which is never without one. */
export function contentOf(markdown: string, style: SendOptions["style"], formatter: Formatter): string {
  return captionOf(markdown, style, formatter) ?? NOTHING_YET;
}
