import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown } from "../../../../../src/delivery/chunk.ts";
import { formatterFor, MESSAGE_LIMIT } from "../../../../../src/plugins/builtin/discord/format/format.ts";
import { describeChunks } from "../../../../contracts/chunks.ts";
import { markdownTexts } from "../../../../fakes/markdown-texts.ts";
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

describeChunks({
  platform: "Discord",
  judge: "our own rules",
  lengthOf,
  mostText: MESSAGE_LIMIT,
  isSeen: (markdown) => toDiscord(markdown) !== "",
  seen,
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

test("20 KB of code are some ten full messages", () => {
  const code = `\`\`\`ts\n${"const value = compute(1, 2) && other < 3;\n".repeat(480)}\`\`\``;
  const parts = chunkMarkdown(code, { limit: MESSAGE_LIMIT, length: lengthOf });
  expect(parts.length).toBe(11);
  for (const part of parts.slice(0, -1)) {
    expect(seen(part, MESSAGE_LIMIT).length).toBeGreaterThan(1800);
    expect(toDiscord(part)).toStartWith("```ts\n");
  }
});
