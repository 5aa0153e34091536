import { expect, test } from "bun:test";
import { newRef } from "../../src/lib/ref.ts";

test("a reference is four characters that nobody mistakes for others, and hardly ever comes twice", () => {
  const refs = Array.from({ length: 1000 }, newRef);
  for (const ref of refs) expect(ref).toMatch(/^[2-9A-HJ-NP-Z]{4}$/);
  expect(new Set(refs).size).toBeGreaterThan(980);
});
