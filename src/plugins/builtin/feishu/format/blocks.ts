import type {
  Blockquote,
  Code,
  Definition,
  FootnoteDefinition,
  Link,
  List,
  ListItem,
  Nodes,
  RootContent,
  Table,
} from "mdast";
import { fenceFor } from "../../../../lib/markdown/fence.ts";
import { gapBetween } from "../../../../lib/markdown/gap-between.ts";
import { saysWhere } from "../../../../lib/markdown/says-where.ts";
import { tableLinks } from "../../../../lib/markdown/table-links.ts";
import { alignedTable } from "../../../../lib/markdown/table.ts";
import { inert } from "./escape.ts";
import { inlineText, lineText, literalText, type Setting } from "./inlines.ts";
import type { Sheet } from "./sheet.ts";

/** Feishu draws so many tables in one text; more are refused. */
const MOST_TABLES = 4;
const RULE = { marked: "---", plain: "──────────" };
const COLUMN: Readonly<Record<"left" | "right" | "center", string>> = {
  left: ":---",
  right: "---:",
  center: ":---:",
};

const AS_WORDS: ReadonlySet<Nodes["type"]> = new Set(["html", "footnoteDefinition", "definition"]);

export interface BlockSetting extends Setting {
  readonly sheet: Sheet;
  /** So many tables are drawn already. */
  tables: number;
}

/** Writes blocks one below the other, with the blank lines between them that the source has. */
export function writeBlocks(nodes: readonly RootContent[], setting: BlockSetting, isInside = false): void {
  let before: RootContent | undefined;
  for (const node of nodes) {
    if (!isInside) setting.sheet.settle();
    if (before !== undefined) setting.sheet.break(gapBelow(before, node));
    writeBlock(node, setting, isInside);
    before = node;
  }
}

function gapBelow(before: Nodes, after: Nodes): number {
  // A rule right below a line makes a heading of it.
  if (after.type === "thematicBreak" || before.type === "thematicBreak") return 2;
  // Shown as words, which go on until there is an empty line.
  if (AS_WORDS.has(before.type) || AS_WORDS.has(after.type)) return 2;
  return beginsWithSteps(after) ? 2 : gapBetween(before, after);
}

/** A quote that begins with a list from another number than 1, which right below words would be words, too. */
function beginsWithSteps(node: Nodes): boolean {
  const [first] = node.type === "blockquote" ? node.children : [];
  if (first === undefined) return false;
  return (first.type === "list" && first.ordered === true && first.start !== 1) || beginsWithSteps(first);
}

function writeBlock(node: RootContent, setting: BlockSetting, isInside: boolean): void {
  const { sheet, hasMarks } = setting;
  switch (node.type) {
    case "heading": {
      const text = lineText(node.children, setting);
      if (text.trim() === "") return;
      return sheet.write(hasMarks ? `${"#".repeat(node.depth)} ${text}` : text);
    }
    case "paragraph":
      return sheet.write(inlineText(node.children, setting));
    case "list":
      return writeList(node, setting);
    case "blockquote":
      return writeQuote(node, setting);
    case "code":
      return writeCode(node, setting);
    case "table":
      return writeTable(node, setting, isInside);
    case "thematicBreak":
      return hasMarks ? sheet.writeBelow(RULE.marked) : sheet.write(RULE.plain);
    case "html":
      return sheet.write(literalText(node.value, setting));
    case "footnoteDefinition":
      return writeFootnote(node, setting);
    case "definition":
      return writeDefinition(node, setting);
    default:
      // The rest stands inside the blocks above only.
      return;
  }
}

/** The address of a link is seen in the link; one that belongs to none here is shown. */
function writeDefinition(node: Definition, setting: BlockSetting): void {
  if (setting.used.has(node.identifier)) return;
  setting.sheet.write(literalText(`[${node.label ?? node.identifier}]: ${node.url}`, setting));
}

function writeList(list: List, setting: BlockSetting): void {
  let before: ListItem | undefined;
  for (const [index, item] of list.children.entries()) {
    if (before !== undefined) setting.sheet.break(gapBetween(before, item));
    const mark = list.ordered ? `${(list.start ?? 1) + index}. ` : "- ";
    writeItem(item, mark, setting);
    before = item;
  }
}

function writeItem(item: ListItem, mark: string, setting: BlockSetting): void {
  const { sheet } = setting;
  sheet.item(mark, () => {
    if (typeof item.checked !== "boolean") return writeBlocks(item.children, setting, true);
    sheet.labelled(item.checked ? "☑ " : "☐ ", () => writeBlocks(item.children, setting, true));
  });
}

function writeQuote(node: Blockquote, setting: BlockSetting): void {
  setting.sheet.quoted("> ", () => writeBlocks(node.children, setting, true));
}

function writeCode(node: Code, setting: BlockSetting): void {
  if (node.value.trim() === "") return;
  const language = /^[\w+#.-]*/.exec(node.lang ?? "")?.[0] ?? "";
  writeRaw(node.value, language, setting);
}

/** A table inside of something else, and one too many, is shown as text with aligned columns; its links stand below. */
function writeTable(node: Table, setting: BlockSetting, isInside: boolean): void {
  if (!setting.hasMarks || isInside || setting.tables >= MOST_TABLES) {
    writeRaw(alignedTable(node).join("\n"), "", setting);
    return writeLinks(tableLinks(node, saysWhere), setting);
  }
  setting.tables += 1;
  const [head, ...rows] = node.children.map((row) =>
    row.children.map((cell) => cellText(cell.children, setting)),
  );
  const columns = head?.length ?? 0;
  const rule = Array.from({ length: columns }, (_, column) => COLUMN[node.align?.[column] ?? "left"]);
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: columns }, (_, column) => cells[column] ?? "").join(" | ")} |`;
  setting.sheet.writeRaw([head ?? [], rule, ...rows].map(line));
}

function writeLinks(links: readonly Link[], setting: BlockSetting): void {
  if (links.length === 0) return;
  const { sheet } = setting;
  sheet.break(1);
  const between = { type: "text", value: " · " } as const;
  sheet.write(
    inlineText(
      links.flatMap((link, at) => (at === 0 ? [link] : [between, link])),
      setting,
    ),
  );
  // They would go on until there is an empty line.
  sheet.break(2);
}

/** A bar ends a cell, in code as well. */
function cellText(nodes: Parameters<typeof lineText>[0], setting: BlockSetting): string {
  return lineText(nodes, setting).trim().replaceAll("|", "\\|");
}

function writeRaw(text: string, language: string, { sheet, hasMarks }: BlockSetting): void {
  const shown = inert(text);
  if (!hasMarks) return sheet.writeRaw(shown.split("\n"));
  const fence = fenceFor(shown);
  sheet.writeRaw([`${fence}${language}`, ...shown.split("\n"), fence]);
}

function writeFootnote(node: FootnoteDefinition, setting: BlockSetting): void {
  const label = literalText(`[${node.label ?? node.identifier}]`, setting);
  setting.sheet.labelled(`${label} `, () => writeBlocks(node.children, setting, true));
}
