import { expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { Feed, type FrameWorth, type Watcher } from "../../src/ws/feed.ts";

const session = "agent:main:webchat:dm:a" as SessionKey;
const of = { turn: "t1", messageIds: ["m1"] };
const delta = (text: string, replace = false) => ({ kind: "delta", delta: text, replace, ...of }) as const;

class Notes implements Watcher {
  readonly frames: { seq: number; payload: Record<string, unknown>; worth: FrameWorth }[] = [];
  push(_session: SessionKey, frame: string, worth: FrameWorth): void {
    const { seq, payload } = JSON.parse(frame) as { seq: number; payload: Record<string, unknown> };
    this.frames.push({ seq, payload, worth });
  }
}

function watchedFeed(limits = { frames: 100, bytes: 100_000 }) {
  const feed = new Feed(session, 0, limits);
  const notes = new Notes();
  feed.watchers.add(notes);
  return { feed, notes };
}

test("text is pushed as one frame when it is flushed, and before anything else", () => {
  const { feed, notes } = watchedFeed();
  feed.publish({ kind: "started", ...of });
  feed.publish(delta("a", true));
  feed.publish(delta("b"));
  expect(notes.frames).toHaveLength(1);
  feed.flush();
  feed.publish(delta("c"));
  feed.publish({ kind: "end", state: "final", text: "abc", ...of });
  expect(notes.frames.map(({ seq, payload }) => [seq, payload["delta"] ?? payload["state"]])).toEqual([
    [1, "status"],
    [2, "ab"],
    [3, "c"],
    [4, "final"],
  ]);
});

test("the first text of a turn always replaces, also when the turn did not say so", () => {
  const { feed, notes } = watchedFeed();
  feed.publish(delta("old", true));
  feed.publish({ kind: "delta", delta: "new", replace: false, turn: "t2", messageIds: ["m2"] });
  feed.flush();
  expect(notes.frames.map(({ payload }) => [payload["delta"], payload["replace"]])).toEqual([
    ["old", true],
    ["new", true],
  ]);
  expect(feed.running()?.text).toBe("new");
});

test("a message that joins the turn leaves its text as it is, and belongs to what runs", () => {
  const { feed } = watchedFeed();
  feed.publish(delta("Answer", true));
  feed.publish({ kind: "joined", turn: of.turn, messageIds: [...of.messageIds, "m2"] });
  feed.publish(delta("!"));
  expect(feed.running()).toMatchObject({ text: "Answer!" });
  feed.publish({ kind: "delta", delta: "Both", replace: true, turn: of.turn, messageIds: ["m1", "m2"] });
  expect(feed.running()).toMatchObject({ text: "Both", messageIds: ["m1", "m2"] });
});

test("a new assistant message voids the text before it", () => {
  const { feed, notes } = watchedFeed();
  feed.publish(delta("thinking aloud", true));
  feed.publish(delta("Answer", true));
  feed.publish(delta("!"));
  feed.flush();
  expect(notes.frames.map(({ payload }) => payload["delta"])).toEqual(["Answer!"]);
  expect(feed.running()?.text).toBe("Answer!");
});

test("tools at work are part of what runs", () => {
  const { feed } = watchedFeed();
  const tool = { kind: "tool", tool: "bash", ...of } as const;
  feed.publish({ ...tool, id: "1", phase: "start", params: { command: "ls" } });
  feed.publish({ ...tool, id: "2", phase: "start" });
  feed.publish({ ...tool, id: "2", phase: "end", result: { content: [], isError: false } });
  expect(feed.running()?.tools).toEqual([{ id: "1", tool: "bash", params: { command: "ls" } }]);
});

test("the end of another turn, or of messages without one, leaves the running turn alone", () => {
  const { feed } = watchedFeed();
  feed.publish(delta("mine", true));
  feed.publish({ kind: "end", state: "aborted", messageIds: ["m9"], text: "" });
  feed.publish({ kind: "end", state: "final", turn: "t0", messageIds: ["m0"], text: "" });
  expect(feed.running()?.text).toBe("mine");
  feed.publish({ kind: "end", state: "final", text: "mine", ...of });
  expect(feed.isRunning).toBe(false);
  expect(feed.snapshot()).toBeUndefined();
});

test("a watcher that missed frames gets exactly those, as long as they are kept", () => {
  const { feed } = watchedFeed({ frames: 3, bytes: 100_000 });
  for (const text of ["a", "b", "c", "d", "e"]) {
    feed.publish(delta(text));
    feed.flush();
  }
  const missed = feed
    .framesAfter(3)
    ?.map((frame) => (JSON.parse(frame) as { payload: { delta: string } }).payload.delta);
  expect(missed).toEqual(["d", "e"]);
  expect(feed.framesAfter(2)).toHaveLength(3);
  expect(feed.framesAfter(1)).toBeUndefined();
  expect(feed.framesAfter(5)).toEqual([]);
  expect(feed.framesAfter(6)).toBeUndefined();
});

test("text still being collected is part of what was missed", () => {
  const { feed } = watchedFeed();
  feed.publish(delta("a"));
  expect(feed.framesAfter(0)).toHaveLength(1);
});

test("what is kept is bounded in bytes, the newest frame included", () => {
  const { feed } = watchedFeed({ frames: 1000, bytes: 10_000 });
  for (let i = 0; i < 50; i += 1) feed.publish({ kind: "said", key: `k${i}`, text: "x".repeat(1000) });
  expect(feed.bytes).toBeLessThanOrEqual(10_000);
  feed.publish({ kind: "said", key: "huge", text: "x".repeat(20_000) });
  expect(feed.bytes).toBe(0);
  expect(feed.framesAfter(feed.seq)).toEqual([]);
});

test("a snapshot has the whole text under the number of the last frame", () => {
  const { feed, notes } = watchedFeed();
  feed.publish(delta("a", true));
  feed.flush();
  feed.publish(delta("b"));
  const snapshot = JSON.parse(feed.snapshot() ?? "{}") as { seq: number; payload: unknown };
  expect(snapshot).toMatchObject({
    seq: 2,
    payload: { state: "delta", delta: "ab", replace: true, turnId: "t1", messageIds: ["m1"] },
  });
  expect(notes.frames).toHaveLength(2);
});

test("while nobody watches nothing is serialised, and for those who come it is done once", () => {
  const feed = new Feed(session, 0, { frames: 10, bytes: 10_000 });
  let serialised = 0;
  const messageIds = Object.assign(["m1"], { toJSON: () => ((serialised += 1), ["m1"]) });
  feed.publish({ kind: "started", turn: "t1", messageIds });
  expect(serialised).toBe(0);
  expect(feed.framesAfter(0)).toEqual(feed.framesAfter(0) ?? []);
  expect(serialised).toBe(1);
});

test("an open question is known until it is answered, whatever becomes of the ring and of the turn", () => {
  const { feed, notes } = watchedFeed({ frames: 1, bytes: 100_000 });
  const question = { kind: "confirm", title: "Sure?" } as const;
  const asked = { kind: "question", turn: "t1", id: "q1", key: "t1/question/q1", question } as const;
  feed.publish({ ...asked, state: "open" });
  feed.publish({ kind: "notice", turn: "t1", level: "info", text: "Saved." });
  expect(feed.isRunning).toBe(true);
  expect(feed.questions()).toMatchObject([{ id: "q1", state: "open", title: "Sure?" }]);
  feed.publish({ ...asked, state: "answered", answer: "Yes" });
  expect(feed.questions()).toEqual([]);
  expect(feed.isRunning).toBe(false);
  expect(notes.frames.map(({ worth }) => worth)).toEqual(["must", "passing", "must"]);
});

test("a question counts in the ring with all that it carries", () => {
  const { feed } = watchedFeed();
  const options = Array.from({ length: 100 }, () => "x".repeat(100));
  const question = { kind: "select", title: "?", options } as const;
  feed.publish({ kind: "question", turn: "t1", id: "q1", key: "k", question, state: "open" });
  expect(feed.bytes).toBeGreaterThan(10_000);
});
