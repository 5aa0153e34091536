import { expect, test } from "bun:test";
import { isNestedDeeper } from "../../src/lib/nesting.ts";

test("lists and objects count, one in the other; what they hold does not", () => {
  expect(isNestedDeeper("text", 0)).toBe(false);
  expect(isNestedDeeper({}, 0)).toBe(true);
  expect(isNestedDeeper({ a: [1, { b: null }] }, 3)).toBe(false);
  expect(isNestedDeeper({ a: [1, { b: null }] }, 2)).toBe(true);
});

test("a value of a hundred thousand levels is told from one that is merely long", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(isNestedDeeper(deep, 50)).toBe(true);
  expect(
    isNestedDeeper(
      Array.from({ length: 100_000 }, () => ({})),
      50,
    ),
  ).toBe(false);
});
