import { describe, expect, test } from "bun:test";
import { markdownOf } from "../../../../../src/plugins/builtin/telegram/incoming/entities.ts";
import { mark } from "./literals.ts";

describe("the text of a message as Markdown", () => {
  test("has code as code, whatever it holds", () => {
    const text = "run a`b or ls now";
    const marks = [mark(text, "a`b", { type: "code" }), mark(text, "ls", { type: "code" })];
    expect(markdownOf(text, marks)).toBe("run ``a`b`` or `ls` now");
    expect(markdownOf("`x", [mark("`x", "`x", { type: "code" })])).toBe("`` `x ``");
  });

  test("has blocks of code on lines of their own, with their language", () => {
    const text = "look: print(1) ok";
    const block = mark(text, "print(1)", { type: "pre", language: "python" });
    expect(markdownOf(text, [block])).toBe("look: \n```python\nprint(1)\n```\n ok");
    const fence = "a\n```\nb";
    expect(markdownOf(fence, [mark(fence, fence, { type: "pre" })])).toBe("````\na\n```\nb\n````");
  });

  test("counts as Telegram does, in UTF-16 units", () => {
    const text = "👨‍👩‍👧 世界 x=1 😀";
    expect(markdownOf(text, [mark(text, "x=1", { type: "code" })])).toBe("👨‍👩‍👧 世界 `x=1` 😀");
  });

  test("has links with their address, quotes with their mark, and says what is struck out", () => {
    const text = "see here and there\nold\nnew line";
    const marks = [
      mark(text, "here", { type: "text_link", url: "https://a.example/x" }),
      mark(text, "there", { type: "text_link", url: "https://a.example/(y)" }),
      mark(text, "old", { type: "strikethrough" }),
      mark(text, "new line", { type: "blockquote" }),
    ];
    expect(markdownOf(text, marks)).toBe(
      "see [here](https://a.example/x) and [there](<https://a.example/(y)>)\n~~old~~\n> new line",
    );
  });

  test("has what is inside of something inside of it", () => {
    const text = "a\nb code";
    const marks = [mark(text, text, { type: "blockquote" }), mark(text, "code", { type: "code" })];
    expect(markdownOf(text, marks)).toBe("> a\n> b `code`");
  });

  test("is the bare text for what tells a reader nothing, and where the marks make no sense", () => {
    const text = "bold *and* _more_";
    const marks = [
      mark(text, "bold", { type: "bold" }),
      { type: "code", offset: 10, length: 999 },
      { type: "code", offset: -1, length: 2 },
      { type: "code", offset: 3, length: 0 },
    ] as Parameters<typeof markdownOf>[1];
    expect(markdownOf(text, marks)).toBe(text);
    const crossing = [
      { type: "code", offset: 0, length: 5 },
      { type: "code", offset: 3, length: 6 },
    ] as Parameters<typeof markdownOf>[1];
    expect(markdownOf(text, crossing)).toBe("`bold `*and* _more_");
  });
});
