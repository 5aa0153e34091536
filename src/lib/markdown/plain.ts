import type { Nodes } from "mdast";

/** The words of a node without any markup, on one line: for a table's cell, a title, a notification. */
export function plainText(node: Nodes): string {
  return wordsOf(node).replaceAll(/\s+/g, " ").trim();
}

function wordsOf(node: Nodes): string {
  switch (node.type) {
    case "break":
      return " ";
    case "image":
    case "imageReference":
      return node.alt ?? "";
    case "footnoteReference":
      return `[${node.label ?? node.identifier}]`;
    case "html":
      return isLineBreak(node.value) ? " " : node.value;
    case "definition":
    case "thematicBreak":
      return "";
    default:
      if ("value" in node) return node.value;
      return node.children.map(wordsOf).join(isRowOfBlocks(node.type) ? " " : "");
  }
}

/** `<br>` is the one tag that means the same everywhere. */
export function isLineBreak(html: string): boolean {
  return /^<br\s*\/?>$/i.test(html);
}

function isRowOfBlocks(type: Nodes["type"]): boolean {
  return ["root", "blockquote", "list", "listItem", "table", "tableRow", "footnoteDefinition"].includes(type);
}
