import { expect, test } from "bun:test";
import { PreviewPages } from "../../src/delivery/preview-pages.ts";

const pagesOf = (text: string, above = "", below = "", limit = 40) =>
  new PreviewPages({ limit }).of({ text, above, below });

test("what stands around the text is on its page, as far as there is room", () => {
  expect(pagesOf("Text.", "> hm", "⚙ bash")).toEqual(["> hm\n\nText.\n\n⚙ bash"]);
  expect(pagesOf("", "> hm", "⚙ bash")).toEqual(["> hm\n\n⚙ bash"]);
  expect(pagesOf("T".repeat(20), `> ${"h".repeat(20)}`, "⚙ bash")).toEqual([`${"T".repeat(20)}\n\n⚙ bash`]);
  expect(pagesOf("T".repeat(38), "> hm", "⚙ bash")).toEqual(["T".repeat(38)]);
  expect(pagesOf("", "", "")).toEqual([]);
});

test("on a text of several pages only the last one has more than the text", () => {
  const text = `${"word ".repeat(10)}end`;
  const pages = pagesOf(text, "> hm", "⚙ bash");
  const plain = pagesOf(text);
  expect(pages.slice(0, -1)).toEqual(plain.slice(0, -1));
  expect(pages.at(-1)).toBe(`${plain.at(-1)}\n\n⚙ bash`);
});

test("behind a fence that is open, tools are no code", () => {
  expect(pagesOf("```ts\nconst a", "", "⚙ bash")).toEqual(["```ts\nconst a\n```\n\n⚙ bash"]);
});

test("what the platform's formatting leaves nothing of is blank", () => {
  const pages = new PreviewPages({ limit: 40, length: (markdown) => markdown.replace(/^#+ */, "").length });
  expect([pages.isBlank("# "), pages.isBlank(" \n"), pages.isBlank("# Title")]).toEqual([true, true, false]);
});
