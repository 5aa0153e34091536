import { expect, test } from "bun:test";
import { backoffMs } from "../../src/lib/backoff.ts";

test("each wait is twice the one before, up to the most", () => {
  expect([1, 2, 3, 4, 100].map((attempt) => backoffMs(attempt, 100, 500))).toEqual([100, 200, 400, 500, 500]);
});
