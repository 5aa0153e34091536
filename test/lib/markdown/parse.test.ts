import { expect, test } from "bun:test";
import type { Nodes } from "mdast";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";

/** A tree in short: `strong(text)`. */
function shape(node: Nodes): string {
  if ("children" in node) return `${node.type}(${node.children.map(shape).join(" ")})`;
  return "value" in node && node.type === "text" ? JSON.stringify(node.value) : node.type;
}

const inline = (markdown: string) =>
  shape(parseMarkdown(markdown)).replace(/^root\(paragraph\((.*)\)\)$/s, "$1");

test("what GitHub knows is known: tables, tasks, struck text, bare addresses, footnotes", () => {
  expect(shape(parseMarkdown("| a |\n|---|\n| b |"))).toContain("table(tableRow(tableCell");
  expect(parseMarkdown("- [x] a").children[0]).toMatchObject({ children: [{ checked: true }] });
  expect(inline("~~a~~ https://x.y")).toBe('delete("a") " " link("https://x.y")');
  expect(shape(parseMarkdown("a[^1]\n\n[^1]: b"))).toContain("footnoteDefinition");
});

test("marks beside Chinese words and punctuation work", () => {
  expect(inline("**注意：**请看")).toBe('strong("注意：") "请看"');
  expect(inline("请看~~“删除”~~吧")).toBe('"请看" delete("“删除”") "吧"');
});

test("a bare address ends where a Chinese sentence goes on, and what follows is Markdown again", () => {
  expect(inline("见https://x.y/a，**看**。")).toBe('"见" link("https://x.y/a") "，" strong("看") "。"');
  expect(inline("（https://x.y）后")).toBe('"（" link("https://x.y") "）后"');
});

test("mathematics stays as it is written", () => {
  for (const math of [
    "$a*b*c$",
    "$$a_1 * b_1 * c$$",
    "\\(x\\,y\\)",
    "\\[a\n\\\\\nb\\]",
    "$$\na * b * c\n$$",
  ]) {
    expect(inline(math)).toBe(JSON.stringify(math));
  }
  expect(inline("> $$\n> a * b * c\n> $$")).toContain('"$$\\na * b * c\\n$$"');
});

test("prices, variables and escaped marks are no mathematics", () => {
  expect(inline("*$5* or *$6*")).toBe('emphasis("$5") " or " emphasis("$6")');
  expect(inline("a$b*c*d$")).toContain("emphasis");
  expect(inline("\\$*a*$")).toContain("emphasis");
  expect(inline("\\(a")).toBe('"(a"');
});

test("a text that is too tangled to be Markdown becomes one paragraph as it stands", () => {
  const text = "> ".repeat(50) + "deep";
  expect(inline(text)).toBe(JSON.stringify(text));
});

test("nothing becomes nothing", () => {
  expect(parseMarkdown(" \n\n").children).toEqual([]);
});

test("each address of a Chinese sentence ends where the sentence goes on, whatever stands between them", () => {
  const [paragraph] = parseMarkdown("见https://a.cn/x，然后**看**（https://b.cn/y）。").children;
  const links =
    paragraph?.type === "paragraph" ? paragraph.children.filter(({ type }) => type === "link") : [];
  expect(links).toMatchObject([{ url: "https://a.cn/x" }, { url: "https://b.cn/y" }]);
});
