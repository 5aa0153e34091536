import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown } from "../../src/delivery/chunk.ts";

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

test("no word of any text is lost or doubled, whatever the limit", () => {
  const word = fc.constantFrom(
    "alpha",
    "beta",
    "**bold**",
    "`code`",
    "漢字",
    "- item",
    "\n",
    "\n\n",
    "```\n",
    "\n```\n",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 200 }), fc.integer({ min: 20, max: 300 }), (words, limit) => {
      const text = words.join(" ");
      const letters = (value: string) => value.replaceAll(/```|\s/g, "");
      expect(letters(chunkMarkdown(text, within(limit)).join(""))).toBe(letters(text));
    }),
    { verbose: true },
  );
});
