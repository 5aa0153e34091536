import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../src/delivery/chunk.ts";
import { markdownTexts } from "../fakes/markdown-texts.ts";

const within = (limit: number) => ({ limit });

const CODE = Array.from({ length: 30 }, (_, index) => `const line${index} = ${index};`).join("\n");
const MIXED = `Intro paragraph.\n\n\`\`\`ts\n${CODE}\n\`\`\`\n\n${"word ".repeat(200)}`;

test("every part fits, and every code fence that is cut is closed and opened again", () => {
  for (const part of chunkMarkdown(MIXED, within(120))) {
    expect(part.length).toBeLessThanOrEqual(120);
    expect((part.match(/^```/gm) ?? []).length % 2).toBe(0);
  }
});

test("while a text grows, the parts before the last stay as they are", () => {
  const full = chunkMarkdown(MIXED, within(120));
  for (let end = 1; end < MIXED.length; end += 1) {
    const parts = chunkMarkdown(MIXED.slice(0, end), within(120));
    expect(parts.slice(0, -1)).toEqual(full.slice(0, parts.length - 1));
  }
});

test("a line inside a fence that is longer than a message is cut, and the cutting ends", () => {
  const parts = chunkMarkdown(`\`\`\`json\n${"x".repeat(1000)}\n\`\`\``, within(100));
  expect(parts.every((part) => part.length <= 100)).toBe(true);
  expect(parts.join("").replaceAll(/[^x]/g, "")).toBe("x".repeat(1000));
});

test("characters outside the basic plane are never cut in two", () => {
  const parts = chunkMarkdown("😀".repeat(100), within(33));
  expect(parts.join("")).toBe("😀".repeat(100));
  for (const part of parts) expect(part.isWellFormed()).toBe(true);
});

test("a longer fence keeps shorter ones inside it", () => {
  const text = `\`\`\`\`md\n${"```ts\nx\n```\n".repeat(20)}\`\`\`\``;
  for (const part of chunkMarkdown(text, within(60))) {
    expect(part.startsWith("````")).toBe(true);
    expect(part.endsWith("````")).toBe(true);
  }
});

test("the parts of a text come in its order and with every word, whatever the limit", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 120, max: 600 }), (markdown, limit) => {
      let words = 0;
      const text = markdown.replaceAll(/alpha|beta/g, () => `w${(words += 1)}q`);
      const parts = chunkMarkdown(text, within(limit));
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
      const all = parts.join(" ");
      for (let word = 1; word <= words; word += 1) expect(all).toContain(`w${word}q`);
    }),
    { numRuns: 200 },
  );
});

test("no letter of any string is lost or doubled, whatever the limit", () => {
  const word = fc.constantFrom(
    "alpha",
    "**bold**",
    "`code`",
    "漢字",
    "- item",
    "\n",
    "\n\n",
    "```\n",
    "\n```\n",
    "    x",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 200 }), fc.integer({ min: 20, max: 300 }), (words, limit) => {
      const text = words.join(" ");
      const letters = (value: string) => value.replaceAll(/```|\s/g, "");
      expect(letters(chunkMarkdown(text, within(limit)).join(""))).toBe(letters(text));
    }),
  );
});

test("every beginning of any document has the same parts, but for its last", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 120, max: 400 }), (markdown, limit) => {
      const full = chunkMarkdown(markdown, within(limit));
      const step = Math.ceil(markdown.length / 40);
      for (let end = 1; end < markdown.length; end += step) {
        const parts = chunkMarkdown(markdown.slice(0, end), within(limit));
        expect(parts.slice(0, -1)).toEqual(full.slice(0, parts.length - 1));
      }
    }),
    { numRuns: 60 },
  );
});

test("a text that grows has the parts it had, and in the end those of the whole", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 120, max: 400 }), (markdown, limit) => {
      const growing = new GrowingChunks(within(limit));
      let before: readonly string[] = [];
      for (let end = 1; end < markdown.length; end += 17) {
        const parts = growing.of(markdown.slice(0, end));
        const sealed = Math.max(0, before.length - 1);
        expect(parts.slice(0, sealed)).toEqual(before.slice(0, sealed));
        before = parts;
      }
      expect(growing.of(markdown)).toEqual(chunkMarkdown(markdown, within(limit)));
    }),
    { numRuns: 40 },
  );
});

test("a text that becomes another one is cut from its beginning", () => {
  const growing = new GrowingChunks(within(20));
  expect(growing.of("one two three four five six")).toHaveLength(2);
  expect(growing.of("other")).toEqual(["other"]);
});

const CUTS: readonly (readonly [what: string, limit: number, text: string, parts: readonly string[]])[] = [
  [
    "between two paragraphs",
    30,
    "one one one one\n\ntwo two two\n\nthree",
    ["one one one one\n\ntwo two two", "three"],
  ],
  [
    "before a paragraph that would be cut otherwise",
    30,
    "one one one one\n\ntwo two two two two",
    ["one one one one", "two two two two two"],
  ],
  [
    "before a heading, never behind it",
    30,
    "one one one one\n\n# A\n\ntwo two two two",
    ["one one one one", "# A\n\ntwo two two two"],
  ],
  [
    "between two items of a list",
    30,
    "- one one\n- two\n  two\n- three three",
    ["- one one\n- two\n  two", "- three three"],
  ],
  [
    "behind a word",
    30,
    "one two three four five six seven",
    ["one two three four five six ".trim(), "seven"],
  ],
  ["behind a Chinese sentence", 12, "一二三四五六七。八九十百千", ["一二三四五六七。", "八九十百千"]],
  [
    "outside of a link and of bold words",
    34,
    "one two three four [five six seven](u) eight",
    ["one two three four", "[five six seven](u) eight"],
  ],
  [
    "a table with its head again",
    44,
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |",
    ["| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", "| a | b |\n|---|---|\n| 5 | 6 |"],
  ],
  [
    "code with its language again",
    30,
    "```ts\nconst a = 1;\nconst b = 2;\n```",
    ["```ts\nconst a = 1;\n```", "```ts\nconst b = 2;\n```"],
  ],
  [
    "code in a list, which then stands out of it",
    40,
    "- a\n  ```ts\n  const a = 1;\n  const b = 2;\n  ```\n- b",
    ["- a\n  ```ts\n  const a = 1;\n  ```", "```ts\nconst b = 2;\n```\n- b"],
  ],
  [
    "code in a quote",
    40,
    "> ```ts\n> const a = 1;\n> const b = 2;\n> ```",
    ["> ```ts\n> const a = 1;\n> ```", "> ```ts\n> const b = 2;\n> ```"],
  ],
  [
    "what belongs to an item does not become code",
    30,
    "- one one one one one one\n\n      two two\n\n      three",
    ["- one one one one one one", "two two\n\nthree"],
  ],
];
for (const [what, limit, text, parts] of CUTS) {
  test(`a cut: ${what}`, () => {
    expect(chunkMarkdown(text, within(limit))).toEqual(parts);
  });
}

test("a part of which nothing would be seen is left out", () => {
  const length = (markdown: string) => markdown.replaceAll(/[#\s]/g, "").length;
  for (const letters of [10, 20]) {
    const parts = chunkMarkdown(`${"a".repeat(letters)}\n\n#`, { limit: 10, length });
    expect(parts.filter((part) => length(part) === 0)).toEqual([]);
    expect(parts.join("").replaceAll(/[#\s]/g, "")).toBe("a".repeat(letters));
  }
  expect(chunkMarkdown(`###\n\n${"a".repeat(10)} b`, { limit: 10, length })).not.toContain("###");
  expect(chunkMarkdown("#", { limit: 10, length })).toEqual(["#"]);
});

test("a long text is measured a few times, not once for every line", () => {
  let measured = 0;
  const length = (markdown: string) => {
    measured += markdown.length;
    return markdown.length;
  };
  const text = `\`\`\`ts\n${"const value = compute(1, 2);\n".repeat(700)}\`\`\``;
  expect(chunkMarkdown(text, { limit: 4096, length })).toHaveLength(5);
  expect(measured).toBeLessThan(text.length * 15);
});
