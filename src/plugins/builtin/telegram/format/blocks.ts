import type {
  Blockquote,
  Code,
  Definition,
  FootnoteDefinition,
  List,
  ListItem,
  Nodes,
  RootContent,
  Table,
} from "mdast";
import { gapBetween } from "../../../../lib/markdown/gap-between.ts";
import { tableLinks } from "../../../../lib/markdown/table-links.ts";
import { alignedTable } from "../../../../lib/markdown/table.ts";
import { type Setting, writeInlines } from "./inlines.ts";
import type { Tag } from "./page.ts";
import { BOLD, codeBlock, linkTo, quote, within } from "./tags.ts";

const RULE = "──────────";
const BULLETS = ["•", "◦", "▪"];
const INDENT = "    ";
/** A quote with more than this is folded until somebody taps it. */
const LONG_QUOTE = 800;

interface BlockSetting extends Setting {
  /** Identifiers of the definitions that a link uses; the others are shown. */
  readonly used: ReadonlySet<string>;
}

/** Writes blocks one below the other, with the blank lines between them that the source has. */
export function writeBlocks(
  nodes: readonly RootContent[],
  setting: BlockSetting,
  tags: readonly Tag[],
  depth = 0,
): void {
  let before: RootContent | undefined;
  for (const node of nodes) {
    if (before !== undefined) setting.page.break(gapBetween(before, node));
    writeBlock(node, setting, tags, depth);
    before = node;
  }
}

function writeBlock(node: RootContent, setting: BlockSetting, tags: readonly Tag[], depth: number): void {
  const { page } = setting;
  switch (node.type) {
    case "heading":
      return writeInlines(node.children, setting, within(tags, BOLD));
    case "paragraph":
      return writeInlines(node.children, setting, tags);
    case "list":
      return writeList(node, setting, tags, depth);
    case "blockquote":
      return writeQuote(node, setting, tags, depth);
    case "code":
      return writeCode(node, setting, tags);
    case "table":
      return writeTable(node, setting, tags);
    case "thematicBreak":
      return page.write(RULE, tags);
    case "html":
      return page.write(node.value, tags);
    case "footnoteDefinition":
      return writeFootnote(node, setting, tags, depth);
    case "definition":
      return writeDefinition(node, setting, tags);
    default:
      // The rest stands inside the blocks above only.
      return;
  }
}

/** The address of a link is seen in the link; one that belongs to none here is shown. */
function writeDefinition(node: Definition, setting: BlockSetting, tags: readonly Tag[]): void {
  if (setting.used.has(node.identifier)) return;
  setting.page.write(`[${node.label ?? node.identifier}]: ${node.url}`, tags);
}

function writeList(list: List, setting: BlockSetting, tags: readonly Tag[], depth: number): void {
  let before: ListItem | undefined;
  for (const [index, item] of list.children.entries()) {
    if (before !== undefined) setting.page.break(gapBetween(before, item));
    const mark = list.ordered ? `${(list.start ?? 1) + index}.` : (BULLETS[depth % BULLETS.length] ?? "•");
    writeItem(item, mark, list.ordered === true, setting, tags, depth);
    before = item;
  }
}

function writeItem(
  item: ListItem,
  mark: string,
  isNumbered: boolean,
  setting: BlockSetting,
  tags: readonly Tag[],
  depth: number,
): void {
  const box = typeof item.checked === "boolean" ? (item.checked ? "☑" : "☐") : undefined;
  const marks = box === undefined ? [mark] : isNumbered ? [mark, box] : [box];
  setting.page.write(`${marks.join(" ")} `, tags);
  // A block that has its own frame does not stand on the mark's line.
  if (["code", "table", "blockquote"].includes(item.children[0]?.type ?? "")) setting.page.break(1);
  setting.page.indented(INDENT, () => writeBlocks(item.children, setting, tags, depth + 1));
}

/** Telegram has no quotes in quotes: an inner one is shown by signs at the start of its lines. */
function writeQuote(node: Blockquote, setting: BlockSetting, tags: readonly Tag[], depth: number): void {
  const isInner = tags.some(({ kind }) => kind === "block");
  if (isInner || !setting.hasTags) {
    return setting.page.indented("> ", () => writeBlocks(node.children, setting, tags, depth));
  }
  const inner = within(tags, quote(sizeOf(node) > LONG_QUOTE));
  setting.page.unindented(() => writeBlocks(node.children, setting, inner, depth));
}

function sizeOf(node: Nodes): number {
  return (node.position?.end.offset ?? 0) - (node.position?.start.offset ?? 0);
}

function writeCode(node: Code, setting: BlockSetting, tags: readonly Tag[]): void {
  const language = /^[^\s`{]*/.exec(node.lang ?? "")?.[0] ?? "";
  if (node.value.trim() !== "") setting.page.writeRaw(node.value, within(tags, codeBlock(language)));
}

/** Columns are aligned by spaces, so nothing in a cell can be marked up; its links stand below. */
function writeTable(node: Table, setting: BlockSetting, tags: readonly Tag[]): void {
  setting.page.writeRaw(alignedTable(node).join("\n"), within(tags, codeBlock("")));
  const links = tableLinks(node, (url) => linkTo(url) !== undefined);
  if (links.length === 0) return;
  setting.page.break(1);
  for (const [index, link] of links.entries()) {
    if (index > 0) setting.page.write(" · ", tags);
    writeInlines([link], setting, tags);
  }
}

function writeFootnote(
  node: FootnoteDefinition,
  setting: BlockSetting,
  tags: readonly Tag[],
  depth: number,
): void {
  setting.page.write(`[${node.label ?? node.identifier}] `, tags);
  setting.page.indented(INDENT, () => writeBlocks(node.children, setting, tags, depth + 1));
}
