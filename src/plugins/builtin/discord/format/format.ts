import type { Root } from "mdast";
import { definitionsIn } from "../../../../lib/markdown/definitions.ts";
import { parseMarkdown } from "../../../../lib/markdown/parse.ts";
import { isVisible } from "../../../seen-text.ts";
import { setBlocks } from "./blocks.ts";
import { escapeText, linkable, piecesOf } from "./escape.ts";

/** Most UTF-16 units that one message of Discord takes, counted with its marks. */
export const MESSAGE_LIMIT = 2000;

/** As many texts are remembered: one is measured, alone and with what goes around it, and then sent. */
const REMEMBERED = 8;

/** Markdown as Discord takes it. */
export interface Formatter {
  /** With Discord's marks, and nothing in it that means more than it says. Empty when nothing would be seen. */
  readonly toDiscord: (markdown: string) => string;
  /** Without any formatting. Never longer than a message if `toDiscord` is not. */
  readonly toPlain: (markdown: string) => string;
  /** The length of a text as Discord counts it: that of what `toDiscord` makes. */
  readonly lengthOf: (markdown: string) => number;
}

/** Where links may have previews, they stand as they are; else Discord is kept from showing any. */
export function formatterFor({ hasPreviews }: { readonly hasPreviews: boolean }): Formatter {
  const last = new Map<string, string>();
  const toDiscord = (markdown: string) => {
    const known = last.get(markdown);
    if (known !== undefined) return known;
    const shown = shownOf(markdown, hasPreviews);
    const [oldest] = last.keys();
    if (last.size >= REMEMBERED && oldest !== undefined) last.delete(oldest);
    last.set(markdown, shown);
    return shown;
  };
  return {
    toDiscord,
    toPlain: (markdown) => plainOf(markdown, toDiscord),
    lengthOf: (markdown) => toDiscord(markdown).length,
  };
}

/** Discord cuts off what nobody sees at both ends; a space before code or an item is none of that. */
function shownOf(markdown: string, hasPreviews: boolean): string {
  const tree = parseMarkdown(markdown.toWellFormed());
  return isVisible(setOn(tree, false, false)) ? setOn(tree, true, hasPreviews).trim() : "";
}

/** Discord would read the marks of any text: they are escaped, unless the text has no room for that. */
function plainOf(markdown: string, toDiscord: Formatter["toDiscord"]): string {
  const words = setOn(parseMarkdown(markdown.toWellFormed()), false, false).trim();
  if (!isVisible(words)) return "";
  const forms = [inert, (text: string) => text, () => toDiscord(markdown)];
  for (const form of forms) {
    const text = form(words);
    if (text.length <= MESSAGE_LIMIT) return text;
  }
  return words;
}

function inert(words: string): string {
  return words
    .split("\n")
    .map((line) =>
      piecesOf(line)
        .map(({ text, url }, at) => escapeText(text, at === 0) + (url === undefined ? "" : addressed(url)))
        .join(""),
    )
    .join("\n");
}

function addressed(url: string): string {
  const address = linkable(url);
  return address === undefined ? escapeText(url, false) : `<${address}>`;
}

function setOn(tree: Root, hasMarks: boolean, hasPreviews: boolean): string {
  const { urls, used } = definitionsIn(tree);
  return setBlocks(tree.children, {
    hasMarks,
    hasPreviews,
    used,
    urlOf: (identifier) => urls.get(identifier),
  });
}
