import { expect, test } from "bun:test";
import { given } from "../../src/lib/given.ts";

test("what is undefined is left out, and nothing else", () => {
  const fields = given({ a: undefined, b: null, c: 0, d: "", e: false });
  expect(Object.keys(fields)).toEqual(["b", "c", "d", "e"]);
});
