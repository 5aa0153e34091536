import { expect, test } from "bun:test";
import type { Table } from "mdast";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";
import { alignedTable } from "../../../src/lib/markdown/table.ts";

const lines = (markdown: string) => alignedTable(parseMarkdown(markdown).children[0] as Table);

test("columns are as wide as their widest cell; Chinese and emoji count as two", () => {
  expect(lines("| 名称 | n |\n|---|--:|\n| 苹果汁 | 12 |\n| 🍌 | 3 |")).toEqual([
    "名称   |   n",
    "-------+----",
    "苹果汁 |  12",
    "🍌     |   3",
  ]);
});

test("cells stand left, right or in the middle, as the table says", () => {
  expect(lines("| left | right | mid |\n|:--|--:|:-:|\n| a | b | c |\n| aaaaa | bbbbbb | ccccc |")).toEqual([
    "left  |  right |  mid",
    "------+--------+------",
    "a     |      b |   c",
    "aaaaa | bbbbbb | ccccc",
  ]);
});

test("rows with too few or too many cells keep what they have", () => {
  expect(lines("| a | b |\n|---|---|\n| 1 |").at(-1)).toBe("1   |");
});

test("one long cell does not widen the others", () => {
  const [head, , row, long] = lines(`| a | b |\n|---|---|\n| 1 | 2 |\n| ${"x".repeat(300)} | 3 |`);
  expect(head!.length).toBeLessThan(50);
  expect(row!.length).toBeLessThan(50);
  expect(long).toContain("x".repeat(300));
});
