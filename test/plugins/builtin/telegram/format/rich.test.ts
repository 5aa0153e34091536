import { expect, test } from "bun:test";
import { lengthOf, MESSAGE_LIMIT } from "../../../../../src/plugins/builtin/telegram/format/format.ts";
import { richLengthOf, richOf } from "../../../../../src/plugins/builtin/telegram/format/rich.ts";

const table = (columns: number) => `|${" a |".repeat(columns)}\n|${"---|".repeat(columns)}`;

test("Markdown within the limits goes through as it is", () => {
  for (const text of [
    "# A\n\n**b** $x^2$",
    "😀".repeat(32_768),
    table(20),
    "![a](https://x.y/i.png)\n".repeat(50),
    "a\n\n".repeat(500),
    "> ".repeat(15) + "a",
  ]) {
    expect(richOf(text)).toBe(text);
  }
});

test("what is beyond a limit does not", () => {
  for (const text of [
    "a".repeat(32_769),
    table(21),
    "![a](https://x.y/i.png)\n".repeat(51),
    "a\n\n".repeat(501),
    "> ".repeat(16) + "a",
    "- a\n".repeat(400),
    `| a |\n|---|\n${"| b |\n".repeat(500)}`,
  ]) {
    expect(richOf(text)).toBeUndefined();
  }
});

test("a text of which nothing would be seen is no rich message", () => {
  for (const text of ["", " ", "# ", "```ts"]) expect(richOf(text)).toBeUndefined();
});

test("the length of a rich text reaches the limit of a message when its own is reached", () => {
  expect(richLengthOf("a".repeat(32_768))).toBe(MESSAGE_LIMIT);
  expect(richLengthOf("a".repeat(32_769))).toBeGreaterThan(MESSAGE_LIMIT);
  expect(richLengthOf("a\n\n".repeat(501))).toBe(lengthOf("a\n\n".repeat(501)));
});
