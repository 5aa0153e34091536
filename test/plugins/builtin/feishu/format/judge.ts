import type { Nodes, Root } from "mdast";
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
  const fail = (what: string) => new Error(`${what}\n--- source\n${source}\n--- card\n${card}`);
  if (nodesOf(tree, "html").length > 0) throw fail("a tag");
  for (const code of nodesOf(tree, "code")) {
    const { line = 0, column = 0 } = code.position?.start ?? {};
    const opening = card.split("\n")[line - 1] ?? "";
    if (column !== 1 || !/^(`{3,}|~{3,})/.test(opening))
      throw fail("code that does not begin at the start of a line");
    if (!/^(`{3,}|~{3,})$/.test(card.split("\n")[(code.position?.end.line ?? 0) - 1] ?? ""))
      throw fail("open code");
  }
  for (const { url } of [...nodesOf(tree, "link"), ...nodesOf(tree, "definition")]) {
    if (!/^(https?|mailto):/i.test(url)) throw fail(`a link to ${url}`);
  }
  if (nodesOf(tree, "image").length > 0) throw fail("a picture");
  if (nodesOf(tree, "table").length > 4) throw fail("too many tables");
  const outsideOfCode = card
    .replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
    .replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, "");
  if (outsideOfCode.includes("<")) throw fail("a tag may begin");
  if (/<\s*\/?\s*at\b/i.test(card)) throw fail("a mention");
  return readIn(tree);
}

export const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
