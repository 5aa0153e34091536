import { expect, test } from "bun:test";
import { KeyedMutex } from "../../src/lib/keyed-mutex.ts";

test("work with one key runs in order, also after one that failed; other keys do not wait", async () => {
  const mutex = new KeyedMutex();
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const slow = mutex.run("a", async () => {
    await first.promise;
    throw new Error("failed");
  });
  const next = mutex.run("a", async () => void done.push("a2"));
  await mutex.run("b", async () => void done.push("b"));
  expect(done).toEqual(["b"]);
  first.resolve();
  await expect(slow).rejects.toThrow("failed");
  await next;
  expect(done).toEqual(["b", "a2"]);
});
