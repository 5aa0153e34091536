import { definitionsIn } from "../../../../lib/markdown/definitions.ts";
import { GrowingMarkdown } from "../../../../lib/markdown/growing.ts";
import { RecentMap } from "../../../../lib/recent-map.ts";
import { writeBlocks } from "./blocks.ts";
import { inert } from "./escape.ts";
import { Sheet } from "./sheet.ts";

/** As many texts are remembered: one is measured, alone and with what goes around it, and then sent. */
const REMEMBERED = 8;
/** Answers that grow at the same time, each with what goes around it and without. */
const GROWING = 32;

const growing = new GrowingMarkdown(GROWING);

const lastShown = new RecentMap<{ readonly markdown: string; readonly bytes: number }>(REMEMBERED);

/** Markdown as Feishu's cards show it. Empty when nothing of it would be seen. */
export function toCardMarkdown(markdown: string): string {
  return shownAs(markdown).markdown;
}

/** How many bytes of a request a text takes in a card: twice JSON, in UTF-8. 0 for what would not be seen. */
export function lengthOf(markdown: string): number {
  return shownAs(markdown).bytes;
}

/** Markdown as readable text without any markup, addresses of links included. It mentions nobody. */
export function toPlain(markdown: string): string {
  // Words that were apart, such as `<**at**`, stand side by side without their marks.
  const text = inert(setOn(markdown, false));
  return isVisible(text) ? text : "";
}

function shownAs(markdown: string): { readonly markdown: string; readonly bytes: number } {
  const known = lastShown.get(markdown);
  if (known !== undefined) return known;
  const text = setOn(markdown, true);
  const shown = isVisible(text) ? { markdown: text, bytes: bytesOf(text) } : { markdown: "", bytes: 0 };
  lastShown.set(markdown, shown);
  return shown;
}

/** The content of a message is JSON in JSON, where a quote has four bytes. */
function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(text)));
}

function setOn(markdown: string, hasMarks: boolean): string {
  const tree = growing.parse(markdown.toWellFormed());
  const sheet = new Sheet();
  const { urls, used } = definitionsIn(tree);
  const urlOf = (identifier: string) => urls.get(identifier);
  writeBlocks(tree.children, { sheet, hasMarks, used, urlOf, tables: 0 });
  return sheet.text;
}

/** Marks alone are nothing that anybody sees. */
function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text.replaceAll("&#160;", ""));
}
