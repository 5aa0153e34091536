import { expect, test } from "bun:test";
import { cutText } from "../../src/lib/cut-text.ts";

test("what fits stays as it is, and what does not says that there was more", () => {
  expect(cutText("", 3)).toBe("");
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("ab…");
  expect(cutText("abcd", 0)).toBe("");
});

test("no character is cut in half", () => {
  expect(cutText("a😀bc", 3)).toBe("a…");
  expect(cutText("a😀bc", 4)).toBe("a😀…");
});
