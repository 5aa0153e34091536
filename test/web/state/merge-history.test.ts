import { expect, test } from "bun:test";
import fc from "fast-check";
import { mergeNewest, mergeOlder } from "../../../src/web/state/merge-history.ts";
import { page, reply, screenOf, Told, user } from "./conversations.ts";

test("an answer that was seen and is in the history too stands there once", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a");
  const merged = mergeNewest(told.now, page([user("a"), reply("t1/0", "Hi")]), 1);
  expect(screenOf(merged)).toEqual(["you: a (done)", "pi: Hi"]);
});

test("an answer that came while the history was read stays, and its message counts as answered", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a");
  const merged = mergeNewest(told.now, page([user("a", "running")]), 1);
  expect(screenOf(merged)).toEqual(["you: a (done)", "pi: Hi"]);
});

test("a running turn that has ended here is not brought back by an older history", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a");
  const running = { turnId: "t1", messageIds: ["a"], text: "H", tools: [] };
  const merged = mergeNewest(told.now, page([user("a", "running")], { running }), 1);
  expect(merged.turn).toBeUndefined();
});

test("a message that joined the turn meanwhile is at work, and the answer below it", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "So");
  const running = { turnId: "t1", messageIds: ["a", "b"], text: "So", tools: [] };
  const rows = [user("a", "running"), user("b", "running")].map((row) => ({ ...row, turn: "t1" }));
  const merged = mergeNewest(told.now, page(rows, { running }), 1);
  expect(screenOf(merged)).toEqual(["you: a (running)", "you: b (running)", "… So"]);
  const done = rows.map((row) => ({ ...row, state: "done" as const }));
  const ended = mergeNewest(new Told().now, page([...done, reply("t1/0", "Both.")]), 1);
  expect(screenOf(ended)).toEqual(["you: a (done)", "you: b (done)", "pi: Both."]);
});

test("after a reload the running turn is there with its text and the tools at work", () => {
  const tools = [{ id: "x", tool: "bash", params: { command: "ls" } }];
  const running = { turnId: "t1", messageIds: ["a"], text: "So far", tools };
  const merged = mergeNewest(new Told().now, page([user("a", "running")], { running }), 1);
  expect(screenOf(merged)).toEqual(["you: a (running)", "… So far"]);
  expect(merged.steps.get("t1")).toMatchObject([{ kind: "tool", tool: "bash", isDone: false }]);
});

test("events may be ahead of the history: the longer text stays", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "So far and further");
  const running = { turnId: "t1", messageIds: ["a"], text: "So far", tools: [] };
  const merged = mergeNewest(told.now, page([user("a", "running")], { running }), 1);
  expect(merged.turn?.text).toBe("So far and further");
});

test("a turn that ended while nobody listened is over, and its answer is there", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "So");
  const merged = mergeNewest(told.now, page([user("a"), reply("t1/0", "So it is.")]), 1);
  expect(screenOf(merged)).toEqual(["you: a (done)", "pi: So it is."]);
});

test("a turn from before a restart goes on only if the gateway says so", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "So");
  const stale = { ...told.now, turn: { ...told.now.turn!, isStale: true as const } };
  expect(mergeNewest(stale, page([user("a", "waiting")]), 1).turn).toBeUndefined();
  const running = { turnId: "t1", messageIds: ["a"], text: "Anew", tools: [] };
  expect(mergeNewest(stale, page([user("a", "running")], { running }), 1).turn?.text).toBe("Anew");
});

test("what a tool sent during a turn is not taken for the turn's answer", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Sending it.");
  const merged = mergeNewest(told.now, page([user("a", "running"), reply("t1/tool/x", "A picture")]), 1);
  expect(screenOf(merged)).toEqual(["you: a (running)", "pi: A picture", "… Sending it."]);
});

test("a message acknowledged after the history was read stays at the end", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a").sent("b");
  const merged = mergeNewest(told.now, page([user("a"), reply("t1/0", "Hi")]), 1);
  expect(screenOf(merged)).toEqual(["you: a (done)", "pi: Hi", "you: b (waiting)"]);
});

test("older pages come before what is there, and the next reading of the newest keeps them", () => {
  const first = mergeNewest(new Told().now, page([user("c"), reply("t3/0", "C")], { cursor: "2" }), 1);
  const older = mergeOlder(first, page([user("a"), reply("t1/0", "A")]));
  expect(older.cursor).toBeUndefined();
  const again = mergeNewest(
    older,
    page([user("c"), reply("t3/0", "C"), user("d", "waiting")], { cursor: "2" }),
    1,
  );
  expect(screenOf(again)).toEqual(["you: a (done)", "pi: A", "you: c (done)", "pi: C", "you: d (waiting)"]);
  expect(again.cursor).toBeUndefined();
});

test("after a long absence only the newest page counts: no hole stays in the middle", () => {
  const first = mergeNewest(new Told().now, page([user("a"), reply("t1/0", "A")]), 1);
  const later = mergeNewest(first, page([user("y"), reply("t9/0", "Y")], { cursor: "90" }), 1);
  expect(screenOf(later)).toEqual(["you: y (done)", "pi: Y"]);
  expect(later.cursor).toBe("90");
});

test("after a reload each answer stands under its question, as it stood while it was written", () => {
  const messages = [
    { ...user("a"), turn: "t1" },
    { ...user("b"), turn: "t2" },
    { ...user("c"), turn: "t2" },
    reply("t1/0", "A"),
    reply("t2/tool/x", "A picture"),
    reply("n", "A notice"),
    reply("t2/0", "B and C"),
    reply("t2/1", "and more"),
  ];
  expect(screenOf(mergeNewest(new Told().now, page(messages), 1))).toEqual([
    "you: a (done)",
    "pi: A",
    "you: b (done)",
    "you: c (done)",
    "pi: A picture",
    "pi: B and C",
    "pi: and more",
    "pi: A notice",
  ]);
});

test("a row that did not change stays the same object, so that nothing is drawn again", () => {
  const first = mergeNewest(new Told().now, page([user("a"), reply("t1/0", "A")]), 1);
  const again = mergeNewest(first, page([user("a"), reply("t1/0", "A")]), 1);
  expect(again.rows[1]).toBe(first.rows[1]);
});

test("whenever the history is read, every message and answer stands there exactly once", () => {
  // Three turns happen one after the other; the history is read anywhere in between, any number of times.
  const steps = ["a", "b", "c"].flatMap((id, at) => [
    { id, turn: `t${at}`, what: "sent" as const },
    { id, turn: `t${at}`, what: "started" as const },
    { id, turn: `t${at}`, what: "stored" as const },
    { id, turn: `t${at}`, what: "final" as const },
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: steps.length }), { maxLength: 8 }), (readings) => {
      const told = new Told();
      const stored: ReturnType<typeof user>[] = [];
      steps.forEach(({ id, turn, what }, at) => {
        if (what === "sent") stored.push(user(id, "waiting"));
        if (what === "started") stored.splice(stored.length - 1, 1, user(id, "running"));
        if (what === "stored") stored.splice(stored.length - 1, 1, user(id), reply(`${turn}/0`, `re ${id}`));
        const before = page([...stored]);
        if (what === "sent") told.sent(id);
        if (what === "started") told.started(turn, id);
        if (what === "final") told.final(turn, `re ${id}`, id);
        if (readings.includes(at)) told.now = mergeNewest(told.now, before, 1);
      });
      expect(told.screen).toEqual([
        "you: a (done)",
        "pi: re a",
        "you: b (done)",
        "pi: re b",
        "you: c (done)",
        "pi: re c",
      ]);
    }),
  );
});
