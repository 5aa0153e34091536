import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../../../../src/delivery/chunk.ts";
import { lengthOf, toCardMarkdown } from "../../../../../src/plugins/builtin/feishu/format/card-markdown.ts";
import { HARD_TEXTS, markdownTexts } from "../../../../fakes/markdown-texts.ts";
import { judged } from "./judge.ts";

/** What people see of one part, which must fit and be well formed. */
function seen(part: string, limit: number): string {
  const card = toCardMarkdown(part);
  expect(card).not.toBe("");
  expect(lengthOf(part)).toBeLessThanOrEqual(limit);
  return judged(card, part);
}

test("each part of any document fits a message, its code is closed, and no word is lost", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 300, max: 1000 }), (markdown, limit) => {
      // What stands behind the opening of a code block is never seen.
      fc.pre(!markdown.includes("~~~") && toCardMarkdown(markdown) !== "");
      let words = 0;
      const text = markdown.replaceAll(/alpha|beta/g, () => `w${(words += 1)}q`);
      const all = chunkMarkdown(text, { limit, length: lengthOf })
        .map((part) => seen(part, limit))
        .join(" ");
      for (let word = 1; word <= words; word += 1) expect(all).toContain(`w${word}q`);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test("while an answer grows, its complete parts stay as they are, measured as Feishu measures", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 400, max: 1000 }), (markdown, limit) => {
      const growing = new GrowingChunks({ limit, length: lengthOf });
      let before: readonly string[] = [];
      const step = Math.ceil(markdown.length / 20);
      for (let end = step; end < markdown.length + step; end += step) {
        const parts = growing.of(markdown.slice(0, end));
        const sealed = Math.max(0, before.length - 1);
        expect(parts.slice(0, sealed)).toEqual(before.slice(0, sealed));
        for (const part of parts) expect(lengthOf(part)).toBeLessThanOrEqual(limit);
        before = parts;
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
  test(`${name}, many times over: every part is well formed`, () => {
    const text = `${markdown}\n\n`.repeat(Math.ceil(8000 / markdown.length));
    const parts = chunkMarkdown(text, { limit: 4000, length: lengthOf });
    if (toCardMarkdown(markdown) !== "") for (const part of parts) seen(part, 4000);
  });
}
