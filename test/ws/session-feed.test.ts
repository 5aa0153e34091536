import { describe, expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import type { Watcher } from "../../src/ws/feed.ts";
import { type FeedLimits, SessionFeed } from "../../src/ws/session-feed.ts";

const key = (name: string) => `agent:main:webchat:dm:${name}` as SessionKey;
const A = key("a");
const B = key("b");
const ofTurn = (turn: string) => ({ turn, messageIds: [`${turn}-m`] });
const delta = (text: string, turn = "t1") =>
  ({ kind: "delta", delta: text, replace: false, ...ofTurn(turn) }) as const;
const final = (text: string, turn = "t1") =>
  ({ kind: "end", state: "final", text, ...ofTurn(turn) }) as const;

interface Seen {
  readonly seq: number;
  readonly payload: Record<string, unknown>;
}

class Notes implements Watcher {
  readonly raw: string[] = [];
  push(_session: SessionKey, frame: string): void {
    this.raw.push(frame);
  }
  get frames(): Seen[] {
    return this.raw.map((frame) => JSON.parse(frame) as Seen);
  }
  get texts() {
    return this.frames.map(({ payload }) => payload["delta"] ?? payload["text"] ?? payload["status"]);
  }
}

/** A feed whose end of the tick comes when the test says so. */
function feedWith(limits?: FeedLimits, nowMs = 1000) {
  const deferred: (() => void)[] = [];
  const feed = new SessionFeed({
    clock: { now: () => nowMs },
    defer: (work) => void deferred.push(work),
    ...(limits ? { limits } : {}),
  });
  const endTick = () => {
    for (const work of deferred.splice(0)) work();
  };
  return { feed, endTick, deferred };
}

const small: FeedLimits = { ring: { frames: 10, bytes: 10_000 }, idle: { feeds: 5, bytes: 1_000_000 } };

describe("who gets what", () => {
  test("only those who follow a session learn what happens in it", () => {
    const { feed, endTick } = feedWith();
    const [inA, inB] = [new Notes(), new Notes()];
    feed.subscribe(A, inA);
    feed.subscribe(B, inB);
    feed.publish(A, delta("for a"));
    feed.publish(B, delta("for b"));
    endTick();
    expect(inA.texts).toEqual(["for a"]);
    expect(inB.texts).toEqual(["for b"]);
  });

  test("after leaving nothing more comes", () => {
    const { feed, endTick } = feedWith();
    const notes = new Notes();
    feed.subscribe(A, notes);
    feed.unsubscribe(A, notes);
    feed.publish(A, delta("x"));
    endTick();
    expect(notes.raw).toEqual([]);
  });

  test("all watchers get the same frame, serialised once", () => {
    const { feed, endTick } = feedWith();
    const watchers = [new Notes(), new Notes(), new Notes()];
    for (const watcher of watchers) feed.subscribe(A, watcher);
    let serialised = 0;
    const messageIds = Object.assign(["m"], { toJSON: () => ((serialised += 1), ["m"]) });
    feed.publish(A, { kind: "delta", delta: "x", replace: true, turn: "t", messageIds });
    endTick();
    expect(watchers.map((watcher) => watcher.raw.length)).toEqual([1, 1, 1]);
    expect(serialised).toBe(1);
  });
});

describe("merging", () => {
  test("50 kB in 4-byte deltas within one tick are one frame", () => {
    const { feed, endTick, deferred } = feedWith();
    const notes = new Notes();
    feed.subscribe(A, notes);
    for (let i = 0; i < 12_500; i += 1) feed.publish(A, delta("abcd"));
    expect(deferred).toHaveLength(1);
    endTick();
    expect(notes.raw).toHaveLength(1);
    expect(notes.texts[0]).toHaveLength(50_000);
  });

  test("each tick has its own frame, and the last text stands before the end", () => {
    const { feed, endTick } = feedWith();
    const notes = new Notes();
    feed.subscribe(A, notes);
    feed.publish(A, delta("a"));
    endTick();
    feed.publish(A, delta("b"));
    feed.publish(A, final("ab"));
    endTick();
    expect(notes.texts).toEqual(["a", "b", "ab"]);
  });

  test("without a test the end of the tick comes by itself", async () => {
    const feed = new SessionFeed({ clock: { now: () => 0 } });
    const notes = new Notes();
    feed.subscribe(A, notes);
    feed.publish(A, delta("a"));
    feed.publish(A, delta("b"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes.texts).toEqual(["ab"]);
  });
});

describe("coming back", () => {
  test("a watcher that knows its place gets what it missed, once and in order", () => {
    const { feed, endTick } = feedWith();
    const first = new Notes();
    feed.subscribe(A, first);
    feed.publish(A, delta("a"));
    endTick();
    feed.unsubscribe(A, first);
    feed.publish(A, delta("b"));
    endTick();
    feed.publish(A, final("ab"));
    const back = new Notes();
    const { seq } = first.frames[0]!;
    expect(feed.subscribe(A, back, { epoch: feed.epoch, seq }).resumed).toBe(true);
    expect(back.frames.map((frame) => frame.seq)).toEqual([seq + 1, seq + 2]);
    expect(back.texts).toEqual(["b", "ab"]);
  });

  test("a watcher that comes for the first time gets the running text as one snapshot", () => {
    const { feed, endTick } = feedWith();
    feed.publish(A, delta("so "));
    endTick();
    feed.publish(A, delta("far"));
    const notes = new Notes();
    const subscribed = feed.subscribe(A, notes);
    expect(subscribed).toMatchObject({ resumed: false, running: { turnId: "t1", text: "so far" } });
    expect(notes.frames.map(({ payload }) => [payload["delta"], payload["replace"]])).toEqual([
      ["so far", true],
    ]);
    feed.publish(A, delta("!"));
    endTick();
    expect(notes.texts).toEqual(["so far", "!"]);
    expect(notes.frames[1]?.seq).toBe(subscribed.seq + 1);
  });

  test("an unknown epoch, a place too old, and a place that never was give one snapshot", () => {
    const { feed, endTick } = feedWith(small);
    feed.publish(A, delta("x"));
    endTick();
    const { seq } = feed.position(A);
    for (let i = 0; i < 20; i += 1) {
      feed.publish(A, delta("x"));
      endTick();
    }
    const places = [
      { epoch: "another process", seq: feed.position(A).seq },
      { epoch: feed.epoch, seq },
      { seq: seq + 1000 },
    ];
    for (const place of places) {
      const notes = new Notes();
      expect(feed.subscribe(A, notes, place).resumed).toBe(false);
      expect(notes.texts).toEqual(["x".repeat(21)]);
    }
  });

  test("nothing runs, nothing is pushed", () => {
    const { feed } = feedWith();
    const notes = new Notes();
    feed.publish(A, final("done"));
    expect(feed.subscribe(A, notes)).not.toHaveProperty("running");
    expect(notes.raw).toEqual([]);
  });

  test("a number from an earlier process is below all of this one's, also without the epoch", () => {
    const before = feedWith(undefined, 1000);
    for (let i = 0; i < 50; i += 1) before.feed.publish(A, final("x"));
    const { seq } = before.feed.position(A);
    const after = feedWith(undefined, 2000);
    after.feed.publish(A, final("missed"));
    expect(after.feed.subscribe(A, new Notes(), { seq }).resumed).toBe(false);
  });

  test("a session that was forgotten and comes back never gives a number twice", () => {
    const { feed } = feedWith(small);
    for (let i = 0; i < 30; i += 1) feed.publish(A, final("x"));
    const { seq } = feed.position(A);
    for (let i = 0; i < 10; i += 1) feed.publish(key(`other${i}`), final("x"));
    feed.publish(A, final("later"));
    expect(feed.position(A).seq).toBeGreaterThan(seq);
    expect(feed.subscribe(A, new Notes(), { epoch: feed.epoch, seq: seq - 1 }).resumed).toBe(false);
  });
});

describe("memory", () => {
  test("10,000 sessions leave a bounded number of feeds behind", () => {
    const { feed } = feedWith();
    for (let i = 0; i < 10_000; i += 1) {
      feed.publish(key(String(i)), delta("some text", `t${i}`));
      feed.publish(key(String(i)), final("some text", `t${i}`));
    }
    expect(feed.stats().feeds).toBe(200);
    expect(feed.stats().idleBytes).toBeLessThan(8 * 1024 * 1024);
  });

  test("long answers of sessions nobody watches are bounded in bytes", () => {
    const { feed } = feedWith({ ring: { frames: 10, bytes: 20_000 }, idle: { feeds: 100, bytes: 50_000 } });
    for (let i = 0; i < 100; i += 1) feed.publish(key(String(i)), final("x".repeat(10_000)));
    expect(feed.stats().feeds).toBeLessThanOrEqual(5);
    expect(feed.stats().idleBytes).toBeLessThanOrEqual(50_000);
  });

  test("watched sessions and running turns are kept, whatever else happens", () => {
    const { feed } = feedWith(small);
    const notes = new Notes();
    feed.subscribe(A, notes);
    feed.publish(A, final("before"));
    feed.publish(B, delta("running"));
    for (let i = 0; i < 100; i += 1) feed.publish(key(String(i)), final("x"));
    expect(feed.snapshot(B)).toBeDefined();
    feed.publish(A, final("seen"));
    expect(notes.texts).toEqual(["before", "seen"]);
    expect(feed.stats().feeds).toBe(7);
    feed.publish(B, final("done"));
    feed.unsubscribe(A, notes);
    expect(feed.stats()).toMatchObject({ feeds: 5, idle: 5 });
  });

  test("the count of idle bytes stays true when a watcher leaves while it is written to", () => {
    const { feed } = feedWith(small);
    const leaver: Watcher = { push: () => feed.unsubscribe(A, leaver) };
    feed.subscribe(A, leaver);
    feed.publish(A, final("x"));
    const { idleBytes } = feed.stats();
    feed.subscribe(A, new Notes());
    expect(idleBytes).toBeGreaterThan(0);
    expect(feed.stats()).toMatchObject({ idle: 0, idleBytes: 0 });
  });
});
