import type { Code, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** What Feishu reads is standard Markdown with tables and struck text: this is how that is understood. */
export function standardTree(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

export function nodesOf<Type extends Nodes["type"]>(
  tree: Nodes,
  type: Type,
): Extract<Nodes, { type: Type }>[] {
  const found: Nodes[] = [];
  const waiting: Nodes[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === type) found.push(node);
    if ("children" in node) waiting.push(...node.children.toReversed());
  }
  return found as Extract<Nodes, { type: Type }>[];
}

/** All that people read of a tree, code included. */
export function readIn(node: Nodes): string {
  if ("value" in node) return node.value;
  if (node.type === "image") return node.alt ?? "";
  if (!("children" in node)) return " ";
  const isInline = [
    "paragraph",
    "heading",
    "strong",
    "emphasis",
    "delete",
    "link",
    "linkReference",
    "spoiler",
    "tableCell",
  ];
  return node.children.map(readIn).join(isInline.includes(node.type) ? "" : " ");
}

/** Throws unless Feishu's Markdown says what it is meant to say, whatever it was made of; returns what people read. */
export function judged(card: string, source: string): string {
  const tree = standardTree(card);
  const fault = faultIn(card, tree);
  if (fault !== undefined) throw new Error([fault, begun(source), begun(card)].join("\n"));
  return readIn(tree);
}

/** As much of a text as one likes to read. */
const begun = (text: string) => JSON.stringify(text.slice(0, 500));

function faultIn(card: string, tree: Root): string | undefined {
  if (nodesOf(tree, "html").length > 0) return "a tag";
  if (nodesOf(tree, "image").length > 0) return "a picture";
  if (nodesOf(tree, "table").length > 4) return "too many tables";
  const link = [...nodesOf(tree, "link"), ...nodesOf(tree, "definition")].find(
    ({ url }) => !/^(https?|mailto):/i.test(url),
  );
  if (link) return `a link to ${link.url}`;
  if (nodesOf(tree, "code").some((code) => !isWellFenced(card.split("\n"), code)))
    return "code without its fences";
  const outsideOfCode = card
    .replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
    .replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, "");
  if (outsideOfCode.includes("<")) return "a tag may begin";
  return /<\s*\/?\s*at\b/i.test(card) ? "a mention" : undefined;
}

/** Feishu knows a fence at the start of a line only. */
function isWellFenced(lines: readonly string[], { position }: Code): boolean {
  const [first = "", last = ""] = [position?.start.line, position?.end.line].map(
    (line = 0) => lines[line - 1],
  );
  return position?.start.column === 1 && /^`{3,}/.test(first) && /^`{3,}$/.test(last);
}

export const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
