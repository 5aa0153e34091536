import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../../../../src/delivery/chunk.ts";
import {
  lengthOf,
  MESSAGE_LIMIT,
  toHtml,
} from "../../../../../src/plugins/builtin/telegram/format/format.ts";
import { tdlib } from "../../../../emulators/telegram/tdlib.ts";
import { HARD_TEXTS, markdownTexts } from "../../../../fakes/markdown-texts.ts";

const judge = tdlib ? "Telegram's own parser" : "our own rules (Telegram's parser is not there)";

/** What people see of one part, which must fit and be accepted. */
function seen(part: string, limit: number): string {
  const html = toHtml(part);
  expect(html).not.toBe("");
  expect(lengthOf(part)).toBeLessThanOrEqual(limit);
  if (tdlib === undefined) return html;
  const parsed = tdlib.parse(html, "HTML");
  if ("error" in parsed) throw new Error(`${parsed.error}\n${part}`);
  expect(parsed.text.length).toBeLessThanOrEqual(limit);
  return parsed.text;
}

test(`each part of any document fits a message, is accepted by ${judge}, and no word is lost`, () => {
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 150, max: 600 }), (markdown, limit) => {
      // What stands behind the opening of a code block is never seen.
      fc.pre(!markdown.includes("~~~") && toHtml(markdown) !== "");
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

test("while an answer grows, its complete parts stay as they are, measured as Telegram measures", () => {
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

test("an address that is longer while it is being written moves no cut when it has become a link", () => {
  const measure = { limit: 220, length: lengthOf };
  const text = `${"word ".repeat(40)}\n\n[here](https://example.com/a/long/address) it is\n\n${"word ".repeat(60)}`;
  const full = chunkMarkdown(text, measure);
  expect(full.length).toBeGreaterThan(2);
  for (let end = 1; end < text.length; end += 1) {
    const parts = chunkMarkdown(text.slice(0, end), measure);
    expect(parts.slice(0, -1)).toEqual(full.slice(0, parts.length - 1));
  }
});

for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
  test(`${name}, many times over: every part is accepted by ${judge}`, () => {
    const text = `${markdown}\n\n`.repeat(Math.ceil(10_000 / markdown.length));
    const parts = chunkMarkdown(text, { limit: MESSAGE_LIMIT, length: lengthOf });
    if (toHtml(markdown) !== "") for (const part of parts) seen(part, MESSAGE_LIMIT);
  });
}

test("20 KB of code are some five full messages", () => {
  const code = `\`\`\`ts\n${"const value = compute(1, 2) && other < 3;\n".repeat(480)}\`\`\``;
  const parts = chunkMarkdown(code, { limit: MESSAGE_LIMIT, length: lengthOf });
  expect(parts.length).toBe(5);
  for (const part of parts.slice(0, -1)) expect(seen(part, MESSAGE_LIMIT).length).toBeGreaterThan(4000);
});
