import { test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../../../../src/delivery/chunk.ts";
import { lengthOf, toCardMarkdown } from "../../../../../src/plugins/builtin/feishu/format/card-markdown.ts";
import { HARD_TEXTS, markdownTexts } from "../../../../fakes/markdown-texts.ts";
import { expectNoFault } from "../../../../fakes/no-fault.ts";
import { judged } from "./judge.ts";

/** What people see of one part, which must fit and be well formed. */
function seen(part: string, limit: number): string {
  const card = toCardMarkdown(part);
  if (card === "") throw new Error("a part of which nothing is seen");
  const length = lengthOf(part);
  if (length > limit) throw new Error(`a part of ${length} for ${limit}`);
  return judged(card, part);
}

test("each part of any document fits a message, its code is closed, and no word is lost", () => {
  const numbers = fc.integer({ min: 300, max: 1000 });
  expectNoFault({ texts: markdownTexts, numbers, runs: 60 }, (markdown, limit) => {
    // What stands behind the opening of a code block is never seen.
    if (markdown.includes("~~~") || toCardMarkdown(markdown) === "") return undefined;
    let words = 0;
    const text = markdown.replaceAll(/alpha|beta/g, () => `w${(words += 1)}q`);
    const all = chunkMarkdown(text, { limit, length: lengthOf })
      .map((part) => seen(part, limit))
      .join(" ");
    const lost = Array.from({ length: words }, (_, at) => `w${at + 1}q`).find((word) => !all.includes(word));
    return lost && `word ${lost} is lost`;
  });
});

test("while an answer grows, its complete parts stay as they are, measured as Feishu measures", () => {
  const numbers = fc.integer({ min: 400, max: 1000 });
  expectNoFault({ texts: markdownTexts, numbers, runs: 40 }, (markdown, limit) => {
    const growing = new GrowingChunks({ limit, length: lengthOf });
    let before: readonly string[] = [];
    const step = Math.ceil(markdown.length / 20);
    for (let end = step; end < markdown.length + step; end += step) {
      const parts = growing.of(markdown.slice(0, end));
      const changed = before.slice(0, -1).findIndex((part, at) => part !== parts[at]);
      if (changed !== -1) return `part ${changed} changes at ${end}`;
      const long = parts.findIndex((part) => lengthOf(part) > limit);
      if (long !== -1) return `part ${long} is too long at ${end}`;
      before = parts;
    }
    return undefined;
  });
});

for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
  test(`${name}, many times over: every part is well formed`, () => {
    const text = `${markdown}\n\n`.repeat(Math.ceil(8000 / markdown.length));
    const parts = chunkMarkdown(text, { limit: 4000, length: lengthOf });
    if (toCardMarkdown(markdown) !== "") for (const part of parts) seen(part, 4000);
  });
}
