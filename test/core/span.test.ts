import { expect, test } from "bun:test";
import { spanMs } from "../../src/core/span.ts";

test("a span is as many milliseconds as its parts together", () => {
  const spans = { "500ms": 500, "90s": 90_000, "1h30m": 5_400_000, "1.5d": 129_600_000, "2w": 1_209_600_000 };
  for (const [text, ms] of Object.entries(spans)) expect(spanMs(text)).toBe(ms);
});

test("what is no span is no number", () => {
  for (const text of ["", "soon", "5", "1h 30m", "-1h", "1y", "0 9 * * *"]) expect(spanMs(text)).toBeNaN();
});
