import { expect, test } from "bun:test";
import { firstOf, idOf, seqOf, Sequence } from "../../../src/store/sqlite/sequence.ts";

test("numbers rise, whatever the clock does", () => {
  const sequence = new Sequence();
  const numbers = [5, 5, 5, 9, 2, 0, 9, 10].map((ms) => sequence.next(ms));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test("a sequence goes on behind what is there already", () => {
  const sequence = new Sequence();
  sequence.startAfter(firstOf(100));
  sequence.startAfter(3);
  expect(sequence.next(1)).toBe(firstOf(100) + 1);
  expect(sequence.next(1)).toBe(firstOf(100) + 2);
});

test("what was made before a time has a lower number than its first one", () => {
  const sequence = new Sequence();
  for (let i = 0; i < 500; i++) expect(sequence.next(99)).toBeLessThan(firstOf(100));
  expect(sequence.next(100)).toBeGreaterThanOrEqual(firstOf(100));
});

test("numbers stay exact for centuries, and an id is read back as its number", () => {
  const seq = firstOf(Date.UTC(2200, 0, 1)) + 1023;
  expect(Number.isSafeInteger(seq)).toBe(true);
  expect(seqOf(idOf(seq))).toBe(seq);
});

test("what is no id is the number of no row", () => {
  for (const id of ["", "!", "zz!", "ZZ", " 1", "1.5", "-", "zzzzzzzzzzzzzzzz"]) expect(seqOf(id)).toBe(-1);
});
