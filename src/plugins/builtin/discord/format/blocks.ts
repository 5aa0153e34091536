import type {
  Blockquote,
  Code,
  Definition,
  FootnoteDefinition,
  Heading,
  List,
  ListItem,
  Nodes,
  RootContent,
  Table,
} from "mdast";
import { gapBetween } from "../../../../lib/markdown/gap-between.ts";
import { tableLinks } from "../../../../lib/markdown/table-links.ts";
import { alignedTable } from "../../../../lib/markdown/table.ts";
import { escapeText, linkable, unfenced } from "./escape.ts";
import { type Setting, setInlines } from "./inlines.ts";

const RULE = "──────────";
/** Discord shows three sizes of headings. */
const DEEPEST_HEADING = 3;
/** Discord knows no deeper lists. */
const DEEPEST_LIST = 10;
const FENCE = "```";

export interface BlockSetting extends Setting {
  /** Identifiers of the definitions that a link uses; the others are shown. */
  readonly used: ReadonlySet<string>;
}

/** A line of the text; a fixed one keeps its place whatever it stands in. */
interface Line {
  readonly text: string;
  readonly isFixed?: boolean;
}

/** What blocks stand in. */
interface Place {
  readonly depth: number;
  readonly isInQuote: boolean;
  readonly isInItem: boolean;
}

/** Blocks one below the other, with the blank lines between them that the source has. */
export function setBlocks(nodes: readonly RootContent[], setting: BlockSetting): string {
  const lines = linesOf(nodes, setting, { depth: 0, isInQuote: false, isInItem: false });
  return lines.map(({ text }) => text).join("\n");
}

function linesOf(nodes: readonly RootContent[], setting: BlockSetting, place: Place): Line[] {
  const lines: Line[] = [];
  let before: RootContent | undefined;
  for (const node of nodes) {
    const block = linesOfOne(node, setting, place);
    if (block.length === 0) continue;
    if (before !== undefined && (mustPart(before, node) || gapBetween(before, node) > 1))
      lines.push({ text: "" });
    lines.push(...block);
    before = node;
  }
  return lines;
}

/** Behind a list Discord takes any line for a part of the last item, unless a blank one is before it. */
function mustPart(before: Nodes, after: Nodes): boolean {
  return before.type === "list" && after.type !== "list" && after.type !== "code";
}

function linesOfOne(node: RootContent, setting: BlockSetting, place: Place): Line[] {
  switch (node.type) {
    case "heading":
      return headingLines(node, setting, place);
    case "paragraph":
      return textLines(setInlines(node.children, setting));
    case "list":
      return listLines(node, setting, place);
    case "blockquote":
      return quoteLines(node, setting, place);
    case "code":
      return codeLines(node, setting);
    case "table":
      return tableLines(node, setting);
    case "thematicBreak":
      return [{ text: RULE }];
    case "html":
      return textLines(literal(node.value, setting));
    case "footnoteDefinition":
      return footnoteLines(node, setting, place);
    case "definition":
      return definitionLines(node, setting);
    default:
      // The rest stands inside the blocks above only.
      return [];
  }
}

function textLines(text: string): Line[] {
  return text.trim() === "" ? [] : text.split("\n").map((line) => ({ text: line }));
}

function literal(text: string, { hasMarks }: Setting): string {
  return hasMarks ? escapeText(text, true) : text;
}

/** In an item a heading would end the list. */
function headingLines({ depth, children }: Heading, setting: BlockSetting, { isInItem }: Place): Line[] {
  if (!setting.hasMarks) return textLines(setInlines(children, setting).replaceAll("\n", " "));
  const isBold = depth > DEEPEST_HEADING || isInItem;
  const text = setInlines(children, setting, isBold ? "bold" : undefined, isBold).replaceAll("\n", " ");
  if (text.trim() === "") return [];
  return [{ text: isBold ? text : `${"#".repeat(depth)} ${text}` }];
}

/** The address of a link is seen in the link; one that belongs to none here is shown. */
function definitionLines({ identifier, label, url }: Definition, setting: BlockSetting): Line[] {
  if (setting.used.has(identifier)) return [];
  const address = setting.hasMarks ? linkable(url) : undefined;
  const name = literal(`[${label ?? identifier}]: `, setting);
  return [{ text: name + (address === undefined ? literal(url, setting) : `<${address}>`) }];
}

function listLines(list: List, setting: BlockSetting, place: Place): Line[] {
  const lines: Line[] = [];
  let before: ListItem | undefined;
  for (const [index, item] of list.children.entries()) {
    if (before !== undefined && gapBetween(before, item) > 1) lines.push({ text: "" });
    const bullet = setting.hasMarks ? "-" : "•";
    const mark = list.ordered ? `${(list.start ?? 1) + index}.` : bullet;
    lines.push(...itemLines(item, mark, setting, place));
    before = item;
  }
  return lines;
}

function itemLines(item: ListItem, mark: string, setting: BlockSetting, place: Place): Line[] {
  const depth = place.depth + 1;
  const box = typeof item.checked === "boolean" ? (item.checked ? "☑ " : "☐ ") : "";
  const inner = linesOf(item.children, setting, { ...place, depth, isInItem: true });
  const indent = depth > DEEPEST_LIST ? "" : " ".repeat(mark.length + 1);
  const [first, ...others] = inner;
  // A block that has its own frame does not stand on the mark's line.
  const isFramed = first?.isFixed || item.children[0]?.type === "blockquote";
  const head = { text: `${mark} ${box}${isFramed ? "" : (first?.text ?? "")}`.trimEnd() };
  return [head, ...(isFramed ? inner : others).map((line) => indented(line, indent))];
}

/** Code has its own spaces; those of an item would be seen in it. A quote begins at the start of its line only. */
function indented(line: Line, indent: string): Line {
  return line.isFixed || line.text === "" ? line : { text: indent + line.text };
}

/** Discord has no quotes in quotes: an inner one is shown by signs at the start of its lines. */
function quoteLines(node: Blockquote, setting: BlockSetting, place: Place): Line[] {
  const inner = linesOf(node.children, setting, { ...place, depth: 0, isInQuote: true });
  // Behind its sign a line without text still needs the space.
  return inner.map(({ text }) => ({ text: `> ${text}`, ...(place.isInQuote ? {} : { isFixed: true }) }));
}

function codeLines({ lang, value }: Code, { hasMarks }: Setting): Line[] {
  if (value.trim() === "") return [];
  const language = /^[a-z0-9_+\-.#]*/i.exec(lang ?? "")?.[0] ?? "";
  const code = value.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
  return (hasMarks ? `${FENCE}${language}\n${unfenced(code)}\n${FENCE}` : code)
    .split("\n")
    .map((text) => ({ text, isFixed: true }));
}

/** Columns are aligned by spaces, so nothing in a cell can be marked up; its links stand below. */
function tableLines(node: Table, setting: BlockSetting): Line[] {
  const rows = codeLines({ type: "code", value: alignedTable(node).join("\n") }, setting);
  const links = tableLinks(node, (url) => linkable(url) !== undefined).map((link) =>
    setInlines([link], setting),
  );
  return links.length === 0 ? rows : [...rows, { text: links.join(" · ") }];
}

function footnoteLines(node: FootnoteDefinition, setting: BlockSetting, place: Place): Line[] {
  const [first, ...others] = linesOf(node.children, setting, place);
  return [
    { text: `${literal(`[${node.label ?? node.identifier}]`, setting)} ${first?.text ?? ""}`.trimEnd() },
    ...others,
  ];
}
