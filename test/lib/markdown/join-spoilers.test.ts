import { expect, test } from "bun:test";
import type { Nodes } from "mdast";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";

function shape(node: Nodes): string {
  if ("children" in node) return `${node.type}(${node.children.map(shape).join(" ")})`;
  return "value" in node ? JSON.stringify(node.value) : node.type;
}

const inline = (markdown: string) =>
  shape(parseMarkdown(markdown)).replace(/^root\(paragraph\((.*)\)\)$/s, "$1");

test("what stands between two pairs of bars is a spoiler, with whatever is in it", () => {
  expect(inline("a ||b **c** `d`|| e")).toBe('"a " spoiler("b " strong("c") " " "d") " e"');
  expect(inline("||a|| ||b||")).toBe('spoiler("a") " " spoiler("b")');
  expect(inline("看||答案||吧")).toBe('"看" spoiler("答案") "吧"');
  expect(inline("**||a||** b")).toBe('strong(spoiler("a")) " b"');
});

test("or-signs, escaped bars, longer rows of bars and a mark alone are text", () => {
  for (const text of ["a || b || c", "x||y||z", "if (a ||b) or", "|||a|||", "||||", "`||a||`", "||a"]) {
    expect(inline(text)).not.toContain("spoiler");
  }
  expect(inline("\\|\\|a\\|\\|")).toBe('"||a||"');
});

test("a spoiler ends in the part of the text in which it began", () => {
  expect(inline("**||a** b||")).not.toContain("spoiler");
});

test("an escaped bar makes no other text one without spoilers, not even beside a bare address", () => {
  for (const text of ["[||a|| https://x.y", "[||a@b.cd||"]) {
    const alone = inline(text);
    expect(alone).toContain("spoiler");
    expect(shape(parseMarkdown(`\\|\n\n${text}`))).toBe(`root(paragraph("|") paragraph(${alone}))`);
  }
  expect(inline("[\\|\\|a\\|\\| https://x.y")).not.toContain("spoiler");
});
