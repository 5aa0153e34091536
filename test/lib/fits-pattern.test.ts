import { expect, test } from "bun:test";
import { fitsPattern } from "../../src/lib/fits-pattern.ts";

test("a pattern is a text, or the beginning of one before a star", () => {
  expect(fitsPattern("ci-7", "ci-7")).toBe(true);
  expect(fitsPattern("ci-7", "ci-*")).toBe(true);
  expect(fitsPattern("anything", "*")).toBe(true);
  expect(fitsPattern("ci-7", "ci-")).toBe(false);
  expect(fitsPattern("ci-7", "*-7")).toBe(false);
  expect(fitsPattern("cx7", "c.7")).toBe(false);
});
