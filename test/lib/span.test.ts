import { expect, test } from "bun:test";
import { readSpan, shownSpan } from "../../src/lib/span.ts";

test.each([
  ["1h30m", 5_400_000],
  ["500ms", 500],
  ["1.5d", 129_600_000],
  ["2w", 1_209_600_000],
  ["0s", 0],
  ["1M", undefined],
  ["1h 30m", undefined],
  ["1mo", undefined],
  ["", undefined],
  ["-1h", undefined],
  ["99999999999999999999w", undefined],
])("%j is so long", (text, spanMs) => {
  expect(readSpan(text)).toBe(spanMs);
});

test("a span is shown by its two largest units", () => {
  expect([0, 500, 45_000, 5_400_000, 90_061_000, 1_209_600_000].map(shownSpan)).toEqual([
    "0ms",
    "500ms",
    "45s",
    "1h30m",
    "1d1h",
    "14d",
  ]);
});
