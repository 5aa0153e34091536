import { expect, test } from "bun:test";
import { chunkMarkdown } from "../../../../../src/delivery/chunk.ts";
import {
  lengthOf,
  MESSAGE_LIMIT,
  toHtml,
} from "../../../../../src/plugins/builtin/telegram/format/format.ts";
import { describeChunks } from "../../../../contracts/chunks.ts";
import { tdlib } from "../../../../emulators/telegram/tdlib.ts";

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

describeChunks({
  platform: "Telegram",
  judge,
  lengthOf,
  mostText: MESSAGE_LIMIT,
  isSeen: (markdown) => toHtml(markdown) !== "",
  seen,
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

test("20 KB of code are some five full messages", () => {
  const code = `\`\`\`ts\n${"const value = compute(1, 2) && other < 3;\n".repeat(480)}\`\`\``;
  const parts = chunkMarkdown(code, { limit: MESSAGE_LIMIT, length: lengthOf });
  expect(parts.length).toBe(5);
  for (const part of parts.slice(0, -1)) expect(seen(part, MESSAGE_LIMIT).length).toBeGreaterThan(4000);
});
