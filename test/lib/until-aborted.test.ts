import { expect, test } from "bun:test";
import { untilAborted } from "../../src/lib/until-aborted.ts";

const giveUp = () => new Error("gave up");
const never = new Promise<string>(() => {});

test("work that ends first is what counts, whichever way it ends", async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve("done"), signal, giveUp)).toBe("done");
  expect(untilAborted(Promise.reject(new Error("failed")), signal, giveUp)).rejects.toThrow("failed");
});

test("nobody waits longer than they want to, also if they want nothing any more from the start", async () => {
  const impatient = new AbortController();
  const waiting = untilAborted(never, impatient.signal, giveUp);
  impatient.abort();
  expect(waiting).rejects.toThrow("gave up");
  expect(untilAborted(never, AbortSignal.abort(), giveUp)).rejects.toThrow("gave up");
});
