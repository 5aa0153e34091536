import type { Table } from "mdast";
import { plainText } from "./plain.ts";

type Alignment = NonNullable<Table["align"]>[number];

/** A longer cell sticks out of its column instead of widening every row. */
const WIDEST_COLUMN = 32;

/** A table as lines of text with aligned columns; Chinese, Japanese and emoji count as two wide. */
export function alignedTable(table: Table): string[] {
  const [head = [], ...rows] = table.children.map((row) => row.children.map(plainText));
  const all = [head, ...rows];
  const columns = Math.max(...all.map((cells) => cells.length));
  const widths = Array.from({ length: columns }, (_, column) => {
    const cells = all.map((row) => Bun.stringWidth(row[column] ?? ""));
    return Math.min(WIDEST_COLUMN, Math.max(3, ...cells));
  });
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => padded(cells[column] ?? "", width, table.align?.[column]))
      .join(" | ")
      .trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("-+-"), ...rows.map(line)];
}

function padded(cell: string, width: number, alignment: Alignment | undefined): string {
  const room = Math.max(0, width - Bun.stringWidth(cell));
  if (alignment === "right") return " ".repeat(room) + cell;
  const before = alignment === "center" ? Math.floor(room / 2) : 0;
  return " ".repeat(before) + cell + " ".repeat(room - before);
}
