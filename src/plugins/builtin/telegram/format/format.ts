import { definitionsIn } from "../../../../lib/markdown/definitions.ts";
import { parseMarkdown } from "../../../../lib/markdown/parse.ts";
import { writeBlocks } from "./blocks.ts";
import { Page } from "./page.ts";

/** Most UTF-16 units that one message of Telegram takes, counted without its tags. */
export const MESSAGE_LIMIT = 4096;

/** As many texts are remembered: one is measured, alone and with what goes around it, and then sent. */
const REMEMBERED = 8;

interface Shown {
  readonly html: string;
  readonly text: string;
}

const NOTHING: Shown = { html: "", text: "" };
const lastShown = new Map<string, Shown>();

/** Markdown as Telegram's HTML, which its parser accepts. Empty when nothing of it would be visible. */
export function toHtml(markdown: string): string {
  return shownAs(markdown).html;
}

/** The length of a text as Telegram counts it: UTF-16 units of what `toHtml` shows, without the tags. */
export function lengthOf(markdown: string): number {
  return shownAs(markdown).text.length;
}

/**
 * Markdown as readable text without any markup, addresses of links included. Never longer than a message
 * if the text with markup is not: then the addresses go.
 */
export function toPlain(markdown: string): string {
  const { text } = setOn(markdown, false);
  if (text.length <= MESSAGE_LIMIT) return isVisible(text) ? text : "";
  return shownAs(markdown).text;
}

function shownAs(markdown: string): Shown {
  const known = lastShown.get(markdown);
  if (known !== undefined) return known;
  const page = setOn(markdown, true);
  const { text } = page;
  const shown = isVisible(text) ? { html: page.html, text } : NOTHING;
  const [oldest] = lastShown.keys();
  if (lastShown.size >= REMEMBERED && oldest !== undefined) lastShown.delete(oldest);
  lastShown.set(markdown, shown);
  return shown;
}

function setOn(markdown: string, hasTags: boolean): Page {
  const tree = parseMarkdown(markdown.toWellFormed());
  const page = new Page();
  const { urls, used } = definitionsIn(tree);
  writeBlocks(tree.children, { page, hasTags, used, urlOf: (identifier) => urls.get(identifier) }, []);
  return page;
}

/** Whether Telegram would take a text for more than empty space. */
function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text);
}
