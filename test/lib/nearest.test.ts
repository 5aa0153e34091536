import { expect, test } from "bun:test";
import { nearest } from "../../src/lib/nearest.ts";

test("the nearest name is the one with the fewest slips, whatever its case", () => {
  expect(nearest("dmPolcy", ["dmPolicy", "enabled", "botToken"])).toBe("dmPolicy");
  expect(nearest("BIND", ["bnd", "bind"])).toBe("bind");
});

test("a word that is another word has no nearest name", () => {
  expect(nearest("colour", ["enabled", "botToken"])).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});
