import { expect, test } from "bun:test";
import { shownOf } from "../../../src/web/state/display.ts";
import type { OutboxEntry } from "../../../src/web/state/outbox.ts";
import { KEY, Told } from "./conversations.ts";

const unsent = (key: string): OutboxEntry => ({
  key,
  sessionKey: KEY,
  text: key,
  atMs: 1,
  attachments: [],
  state: "waiting",
});

test("a message keeps its place on the screen from the moment it is written until it is answered", () => {
  const before = shownOf([], undefined, [unsent("key a")]);
  const after = shownOf(new Told().sent("a").now.rows, undefined, []);
  expect(after[0]?.key).toBe(before[0]!.key);
});

test("the answer that is being written and the one that is finished are the same thing on the screen", () => {
  const told = new Told().sent("a").started("t1", "a");
  const running = shownOf(told.now.rows, told.now.turn, []).at(-1);
  const ended = shownOf(told.final("t1", "Hi", "a").now.rows, undefined, []).at(-1);
  expect(ended?.key).toBe(running!.key);
});

test("no two things on the screen share a key, whatever the history brings", () => {
  const row = { id: "t1/0", role: "assistant", text: "", atMs: 1, turnId: "t1" } as const;
  const keys = shownOf([row, { ...row, id: "t1/1" }], undefined, []).map((shown) => shown.key);
  expect(new Set(keys).size).toBe(2);
});

test("a message in acknowledgement is shown once", () => {
  expect(shownOf(new Told().sent("a").now.rows, undefined, [unsent("key a")])).toHaveLength(1);
});

test("that a turn was stopped is said once: at the answer, or at the message if there is none", () => {
  const stopped = new Told()
    .sent("a")
    .started("t1", "a")
    .text("t1", "Half")
    .chat("aborted", { turnId: "t1" });
  expect(shownOf(stopped.now.rows, undefined, [])[0]).toMatchObject({ isAnswered: true });
  const cancelled = new Told().sent("a").chat("aborted", { messageIds: ["a"] });
  expect(shownOf(cancelled.now.rows, undefined, [])[0]).toMatchObject({ isAnswered: false });
});
