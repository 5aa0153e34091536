import { expect, test } from "bun:test";
import { mapAtMost } from "../../src/lib/at-most.ts";

test("results are in the order of the items, whoever is done first", async () => {
  const waits = [3, 1, 2].map(() => Promise.withResolvers<void>());
  const done = mapAtMost(3, [0, 1, 2], async (item) => {
    await waits[item]?.promise;
    return item * 10;
  });
  for (const item of [2, 0, 1]) waits[item]?.resolve();
  expect(await done).toEqual([0, 10, 20]);
});

test("no more are in work than may be, and as many as can", async () => {
  let running = 0;
  let most = 0;
  await mapAtMost(2, [1, 2, 3, 4, 5], async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running -= 1;
  });
  expect(most).toBe(2);
  expect(await mapAtMost(2, [], async () => 1)).toEqual([]);
});

test("the first failure is the failure of all", async () => {
  const failing = mapAtMost(2, [1, 2, 3], async (item) => {
    if (item === 2) throw new Error("two");
  });
  expect(failing).rejects.toThrow("two");
});
