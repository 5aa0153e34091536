import { expect, test } from "bun:test";
import { Lanes } from "../../../../../src/plugins/builtin/discord/incoming/lanes.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";

function open() {
  const done: string[] = [];
  const over = new AbortController();
  const { log, lines } = keepLines();
  const fill = async (chat: string) => void done.push(`fill ${chat}`);
  const lanes = new Lanes({ fill, log, signal: over.signal });
  const gate = Promise.withResolvers<void>();
  const add = (chat: string, name: string, kind: "message" | "event" = "message") =>
    lanes.add(chat, { kind, run: async () => void done.push(name) });
  const block = (chat: string) => lanes.add(chat, { kind: "message", run: () => gate.promise });
  return { done, over, lines, lanes, gate, add, block };
}

test("in a chat one thing follows the other, and chats do not wait for each other", async () => {
  const { done, lanes, gate, add, block } = open();
  block("a");
  add("a", "a1");
  add("a", "a2", "event");
  add("b", "b1");
  await Promise.resolve();
  await Bun.sleep(0);
  expect(done).toEqual(["b1"]);
  gate.resolve();
  await lanes.settled();
  expect(done).toEqual(["b1", "a1", "a2"]);
});

test("what fails is left out, with one line in the log, and the next goes on", async () => {
  const { done, lanes, lines, add } = open();
  lanes.add("a", { kind: "event", run: () => Promise.reject(new Error("broken")) });
  add("a", "next");
  await lanes.settled();
  expect(done).toEqual(["next"]);
  expect(lines).toMatchObject([{ level: "error", chat: "a" }]);
});

test("ten thousand messages that cannot be taken become one look into the chat's history", async () => {
  const { done, lanes, gate, add, block } = open();
  block("a");
  await Promise.resolve();
  for (let count = 0; count < 10_000; count++) add("a", `m${count}`);
  for (let count = 0; count < 300; count++) add("a", `e${count}`, "event");
  gate.resolve();
  await lanes.settled();
  const [first, ...rest] = done;
  expect(first).toBe("fill a");
  expect(rest.length).toBeLessThanOrEqual(200);
  expect(rest.at(-1)).toBe("e299");
});

test("what is written while a look into the history waits is not left to it: the history may be closed", async () => {
  const { done, lanes, gate, add, block } = open();
  block("a");
  await Promise.resolve();
  for (const name of ["fill", "fill again"]) {
    lanes.add("a", { kind: "fill", run: async () => void done.push(name) });
  }
  add("a", "meanwhile");
  gate.resolve();
  await lanes.settled();
  expect(done).toEqual(["fill", "meanwhile"]);
});

test("what has not begun when all ends is left for the next time", async () => {
  const { done, lanes, gate, add, block, over } = open();
  block("a");
  await Promise.resolve();
  add("a", "late");
  over.abort();
  gate.resolve();
  await lanes.settled();
  expect(done).toEqual([]);
});
