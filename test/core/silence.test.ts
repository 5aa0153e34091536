import { expect, test } from "bun:test";
import { isSilence, mayBecomeSilence } from "../../src/core/silence.ts";

test("only an answer that is exactly NO_REPLY is none", () => {
  expect(["NO_REPLY", " NO_REPLY\n"].map(isSilence)).toEqual([true, true]);
  expect(["", "no_reply", "NO_REPLY.", "NO_REPLY is what I say", "NO"].map(isSilence)).toEqual(
    Array.from({ length: 5 }, () => false),
  );
});

test("while it may still become that, it is held back, and not a letter longer", () => {
  expect(["", "  ", "N", "\nNO_", "NO_REPLY", "NO_REPLY \n"].every(mayBecomeSilence)).toBe(true);
  expect(["No", "NO ", "Hello", "NO_REPLY!", "NO_REPLYING"].map(mayBecomeSilence)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ]);
});
