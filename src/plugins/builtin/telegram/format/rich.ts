import type { Nodes } from "mdast";
import { parseMarkdown } from "../../../../lib/markdown/parse.ts";
import { isTangled } from "../../../../lib/markdown/tangled.ts";
import { lengthOf, MESSAGE_LIMIT } from "./format.ts";

/** What one rich message may hold. */
const MOST_CHARACTERS = 32_768;
const MOST_BLOCKS = 500;
const DEEPEST = 16;
const MOST_COLUMNS = 20;
const MOST_MEDIA = 50;

/** Markdown that Telegram may format by itself as a rich message; undefined for what is beyond its limits. */
export function richOf(markdown: string): string | undefined {
  const text = markdown.toWellFormed();
  if (charactersOf(text) > MOST_CHARACTERS || lengthOf(text) === 0) return undefined;
  // What we do not parse we cannot vouch for.
  return !isTangled(text) && isWithinLimits(parseMarkdown(text)) ? text : undefined;
}

/** As `lengthOf`, where texts may become rich messages: at most `MESSAGE_LIMIT` for what one of them takes. */
export function richLengthOf(markdown: string): number {
  if (richOf(markdown) === undefined) return lengthOf(markdown);
  return Math.ceil((charactersOf(markdown) / MOST_CHARACTERS) * MESSAGE_LIMIT);
}

function charactersOf(text: string): number {
  let surrogatePairs = 0;
  for (let at = 0; at < text.length; at += 1) if ((text.codePointAt(at) ?? 0) > 0xffff) surrogatePairs += 1;
  return text.length - surrogatePairs;
}

function isWithinLimits(tree: Nodes): boolean {
  let blocks = 0;
  let media = 0;
  const waiting = [{ node: tree, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    const below = BLOCKS.has(node.type) ? depth + 1 : depth;
    blocks += below - depth;
    if (node.type === "image" || node.type === "imageReference") media += 1;
    if (node.type === "tableRow" && node.children.length > MOST_COLUMNS) return false;
    if (below > DEEPEST || blocks > MOST_BLOCKS || media > MOST_MEDIA) return false;
    if ("children" in node) waiting.push(...node.children.map((child) => ({ node: child, depth: below })));
  }
  return true;
}

const BLOCKS: ReadonlySet<Nodes["type"]> = new Set([
  "blockquote",
  "code",
  "footnoteDefinition",
  "heading",
  "html",
  "list",
  "listItem",
  "paragraph",
  "table",
  "tableRow",
  "thematicBreak",
]);
