import { expect, test } from "bun:test";
import { fenceBehind, withFenceClosed } from "../../src/delivery/fences.ts";

test("a fence is open until the same mark stands alone", () => {
  expect(fenceBehind(undefined, "```ts")).toBe("```");
  expect(fenceBehind("```", "```ts")).toBe("```");
  expect(fenceBehind("````", "```")).toBe("````");
  expect(fenceBehind("```", "````")).toBeUndefined();
  expect(fenceBehind("~~~", "```")).toBe("~~~");
  expect(fenceBehind(undefined, "some `code`")).toBeUndefined();
  expect(fenceBehind(undefined, "```inline``` code")).toBeUndefined();
});

test("a fence that is open is closed, and nothing else changes", () => {
  expect(withFenceClosed("text\n```ts\nconst a")).toBe("text\n```ts\nconst a\n```");
  expect(withFenceClosed("```\na\n```")).toBe("```\na\n```");
});
