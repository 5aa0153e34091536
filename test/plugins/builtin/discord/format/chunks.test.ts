import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../../../../src/delivery/chunk.ts";
import { formatterFor, MESSAGE_LIMIT } from "../../../../../src/plugins/builtin/discord/format/format.ts";
import { HARD_TEXTS, markdownTexts } from "../../../../fakes/markdown-texts.ts";
import { read } from "./discord-reader.ts";

const { toDiscord, lengthOf } = formatterFor({ hasPreviews: false });

/** What people see of one part, which must fit, with every block of code closed. */
function seen(part: string, limit: number): string {
  const shown = toDiscord(part);
  expect(shown).not.toBe("");
  expect(shown.length).toBeLessThanOrEqual(limit);
  expect((shown.match(/^(?:> )*```/gm) ?? []).length % 2).toBe(0);
  return read(shown).text;
}

test("each part of any document fits a message, has whole blocks of code, and no word is lost", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 150, max: 600 }), (markdown, limit) => {
      // What stands behind the opening of a code block is never seen.
      fc.pre(!markdown.includes("~~~") && toDiscord(markdown) !== "");
      let words = 0;
      const text = markdown.replaceAll(/alpha|beta/g, () => `w${(words += 1)}q`);
      const all = chunkMarkdown(text, { limit, length: lengthOf })
        .map((part) => seen(part, limit))
        .join(" ");
      for (let word = 1; word <= words; word += 1) expect(all).toContain(`w${word}q`);
    }),
    { numRuns: 60 },
  );
});

test("while an answer grows, its complete parts stay as they are, measured as Discord measures", () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 200, max: 600 }), (markdown, limit) => {
      const growing = new GrowingChunks({ limit, length: lengthOf });
      let before: readonly string[] = [];
      const step = Math.ceil(markdown.length / 30);
      for (let end = step; end < markdown.length + step; end += step) {
        const parts = growing.of(markdown.slice(0, end));
        const sealed = Math.max(0, before.length - 1);
        expect(parts.slice(0, sealed)).toEqual(before.slice(0, sealed));
        for (const part of parts) expect(lengthOf(part)).toBeLessThanOrEqual(limit);
        before = parts;
      }
    }),
    { numRuns: 40 },
  );
});

test("as soon as there is something to be seen of an answer, it is seen, and stays so", () => {
  fc.assert(
    fc.property(markdownTexts, (markdown) => {
      fc.pre(!markdown.includes("~~~"));
      const words = /[\p{L}\p{N}]{2,}/u;
      const step = Math.ceil(markdown.length / 40);
      for (let end = step; end < markdown.length + step; end += step) {
        const beginning = markdown.slice(0, end);
        // The language of a code block is not seen, nor is where a link leads before its text is there.
        const said = beginning.replaceAll(/`{3,}[^\n]*|[[(!<&][^\n]*/g, "");
        if (words.test(said)) expect(toDiscord(beginning), JSON.stringify(beginning)).not.toBe("");
      }
    }),
    { numRuns: 30 },
  );
});

test("a text of signs that Discord has to be told are none is cut by what goes out, not by what is written", () => {
  const signs = "snake_case_name * another_name_of_it | ".repeat(200);
  const parts = chunkMarkdown(signs, { limit: MESSAGE_LIMIT, length: lengthOf });
  expect(
    parts
      .map((part) => seen(part, MESSAGE_LIMIT))
      .join(" ")
      .match(/snake_case_name/g),
  ).toHaveLength(200);
});

for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
  test(`${name}, many times over: every part fits`, () => {
    const text = `${markdown}\n\n`.repeat(Math.ceil(10_000 / markdown.length));
    const parts = chunkMarkdown(text, { limit: MESSAGE_LIMIT, length: lengthOf });
    if (toDiscord(markdown) !== "") for (const part of parts) seen(part, MESSAGE_LIMIT);
  });
}

test("20 KB of code are some ten full messages", () => {
  const code = `\`\`\`ts\n${"const value = compute(1, 2) && other < 3;\n".repeat(480)}\`\`\``;
  const parts = chunkMarkdown(code, { limit: MESSAGE_LIMIT, length: lengthOf });
  expect(parts.length).toBe(11);
  for (const part of parts.slice(0, -1)) {
    expect(seen(part, MESSAGE_LIMIT).length).toBeGreaterThan(1800);
    expect(toDiscord(part)).toStartWith("```ts\n");
  }
});
