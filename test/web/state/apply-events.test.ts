import { expect, test } from "bun:test";
import { Told } from "./conversations.ts";

test("an answer grows under its question and then stands there whole", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Hel").text("t1", "lo");
  expect(told.screen).toEqual(["you: a (running)", "… Hello"]);
  expect(told.final("t1", "Hello!", "a").screen).toEqual(["you: a (done)", "pi: Hello!"]);
});

test("a new assistant message takes the place of the text before it", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "First").text("t1", "Second", true);
  expect(told.screen.at(-1)).toBe("… Second");
});

test("what is said before a tool is used becomes a step, and a snapshot does not say it twice", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Let me look.").tool("start", "x");
  expect(told.now.steps.get("t1")).toMatchObject([
    { kind: "note", text: "Let me look." },
    { kind: "tool", id: "x", isDone: false },
  ]);
  expect(told.now.turn?.text).toBe("");
  expect(told.text("t1", "Let me look.", true).now.turn?.text).toBe("");
  expect(told.text("t1", "Done.", true).now.turn?.text).toBe("Done.");
});

test("a tool is one line from its start to its end, with what went in and what came out", () => {
  const result = { content: [{ type: "text", text: "no such file" }], isError: true } as const;
  const told = new Told()
    .sent("a")
    .started("t1", "a")
    .tool("start", "x", { params: { command: "ls" } })
    .tool("update", "x", { result: { content: [{ type: "text", text: "no" }], isError: false } })
    .tool("end", "x", { result });
  expect(told.now.steps.get("t1")).toEqual([
    { kind: "tool", id: "x", tool: "bash", params: { command: "ls" }, result, isDone: true },
  ]);
});

test("a message that has to wait stands below the answer that is being written", () => {
  const told = new Told().sent("a").started("t1", "a").sent("b").text("t1", "Answer to a");
  told.chat("status", { status: "queued", messageIds: ["b"], place: 1 });
  expect(told.screen).toEqual(["you: a (running)", "… Answer to a", "you: b (waiting)"]);
  told.final("t1", "Answer to a", "a");
  expect(told.screen).toEqual(["you: a (done)", "pi: Answer to a", "you: b (waiting)"]);
});

test("a message that joins the running turn waits no more, and the answer goes on below it", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Answer to a").sent("b");
  told.chat("status", { status: "queued", messageIds: ["b"], place: 1 });
  told.chat("status", { status: "joined", turnId: "t1", messageIds: ["a", "b"] });
  expect(told.screen).toEqual(["you: a (running)", "you: b (running)", "… Answer to a"]);
  told.text("t1", "Answer to a\n\nand to b", true).final("t1", "Answer to a\n\nand to b", "a", "b");
  expect(told.screen).toEqual(["you: a (done)", "you: b (done)", "pi: Answer to a\n\nand to b"]);
});

test("one that pi had no time for waits again below the answer, and gets its own", () => {
  const told = new Told().sent("a").started("t1", "a").sent("b");
  told.chat("status", { status: "joined", turnId: "t1", messageIds: ["a", "b"] });
  told.final("t1", "Answer to a", "a");
  told.chat("status", { status: "queued", messageIds: ["b"], place: 1 });
  expect(told.screen).toEqual(["you: a (done)", "pi: Answer to a", "you: b (waiting)"]);
  told.started("t2", "b").final("t2", "Answer to b", "b");
  expect(told.screen.slice(2)).toEqual(["you: b (done)", "pi: Answer to b"]);
});

test("a message that joined before it was acknowledged here is at work as well", () => {
  const told = new Told().sent("a").started("t1", "a");
  told.chat("status", { status: "joined", turnId: "t1", messageIds: ["a", "b"] }).sent("b");
  expect(told.screen).toContain("you: b (running)");
});

test("a message that was acknowledged after its turn began, or ended, gets its place and state all the same", () => {
  const running = new Told().started("t1", "a").text("t1", "Hi").sent("a");
  expect(running.screen).toEqual(["you: a (running)", "… Hi"]);
  const ended = new Told().started("t1", "a").final("t1", "Hi", "a").sent("a");
  expect(ended.screen).toEqual(["you: a (done)", "pi: Hi"]);
});

test("the same end twice is one answer", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a").final("t1", "Hi", "a");
  expect(told.screen).toEqual(["you: a (done)", "pi: Hi"]);
});

test("nothing that comes late brings a turn back that has ended", () => {
  const told = new Told().sent("a").started("t1", "a").final("t1", "Hi", "a").text("t1", "late");
  expect(told.screen).toEqual(["you: a (done)", "pi: Hi"]);
});

test("a stopped turn keeps what was written so far", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Half of");
  expect(told.chat("aborted", { turnId: "t1" }).screen).toEqual([
    "you: a (cancelled)",
    "pi: Half of (cancelled)",
  ]);
});

test("a failed turn keeps its text and says why it failed", () => {
  const error = { code: "model-failed", message: "Overloaded.", retryable: true, ref: "3F9K" };
  const told = new Told()
    .sent("a")
    .started("t1", "a")
    .text("t1", "Half of")
    .chat("error", { turnId: "t1", error });
  expect(told.now.rows.at(-1)).toMatchObject({ text: "Half of", state: "failed", error });
});

test("a retry begins the text anew", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Half of");
  told.chat("status", { status: "retrying", turnId: "t1", messageIds: ["a"] });
  expect(told.now.turn).toMatchObject({ text: "", status: "retrying" });
  expect(told.text("t1", "Whole", true).now.turn).toMatchObject({ text: "Whole", status: "started" });
});

test("a notice belongs to no turn and leaves the running one alone", () => {
  const told = new Told().sent("a").started("t1", "a").text("t1", "Hi");
  told.chat("final", { messageId: "n1", text: "A notice." });
  expect(told.screen).toEqual(["you: a (running)", "pi: A notice.", "… Hi"]);
});

test("a command's answer ends its message", () => {
  const told = new Told().sent("/status").chat("final", { messageIds: ["/status"], text: "All is well." });
  expect(told.screen).toEqual(["you: /status (done)", "pi: All is well."]);
});

test("one turn may answer several messages", () => {
  const told = new Told().sent("a").sent("b").started("t1", "a", "b").final("t1", "Both", "a", "b");
  expect(told.screen).toEqual(["you: a (done)", "you: b (done)", "pi: Both"]);
});
