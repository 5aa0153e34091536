import { expect, test } from "bun:test";
import { randomId } from "../../../src/web/state/random-id.ts";

test("an id is letters and digits, fit for a session key, and no two are alike", () => {
  const ids = Array.from({ length: 1000 }, () => randomId());
  expect(ids.every((id) => /^[a-z0-9]{20}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});
