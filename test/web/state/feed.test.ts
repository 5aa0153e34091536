import { expect, test } from "bun:test";
import { Feed } from "../../../src/web/state/feed.ts";
import { LostRequest } from "../../../src/web/wire/connection.ts";
import type { EventFrame, HistoryMessage } from "../../../src/web/wire/frames.ts";
import { KEY, screenOf, user } from "./conversations.ts";

/** A feed whose gateway is a list of questions and what is answered to them. */
class World {
  readonly asked: string[] = [];
  history: HistoryMessage[] = [];
  running: unknown;
  isDown = false;
  subscribed: unknown = { resumed: true, seq: 0 };
  readonly ended: string[] = [];
  readonly feed = new Feed({
    connection: { request: (method, params) => this.#answer(method, params) },
    sent: async () => {},
    onEnd: (_key, event) => this.ended.push(event.text ?? ""),
    onAsked: () => {},
    onProblem: () => {},
    now: () => 1,
    soon: (work) => work(),
  });

  /** An open conversation that has been read. */
  static async open(history: HistoryMessage[]): Promise<World> {
    const world = new World();
    world.history = history;
    world.subscribed = { resumed: false, seq: 10 };
    world.feed.resume("epoch");
    world.feed.open(KEY);
    await world.settled();
    world.asked.length = 0;
    world.subscribed = { resumed: true, seq: 10 };
    return world;
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    const since = (params as { sinceSeq?: number }).sinceSeq;
    this.asked.push(since === undefined ? method : `${method} since ${since}`);
    if (this.isDown) throw new LostRequest("down");
    if (method === "chat.subscribe") return this.subscribed;
    return { messages: this.history, ...(this.running ? { running: this.running } : {}) };
  }

  push(seq: number, payload: object): void {
    const frame: EventFrame = { type: "event", event: "chat", seq, payload: { sessionKey: KEY, ...payload } };
    this.feed.take(frame);
  }

  delta(seq: number, delta: string, replace = false): void {
    this.push(seq, { state: "delta", turnId: "t1", messageIds: ["a"], delta, replace });
  }

  /** Every promise that was under way has had its turn. */
  async settled(): Promise<void> {
    for (let round = 0; round < 20; round += 1) await Promise.resolve();
  }

  get screen(): readonly string[] {
    return screenOf(this.feed.conversation(KEY).value);
  }
}

test("a frame that comes twice counts once", async () => {
  const world = await World.open([user("a", "running")]);
  world.delta(11, "One ");
  world.delta(11, "One ");
  world.delta(12, "two");
  world.delta(11, "One ");
  expect(world.screen).toEqual(["you: a (running)", "… One two"]);
});

test("a missing frame is asked for, and nothing is shown out of order meanwhile", async () => {
  const world = await World.open([user("a", "running")]);
  world.delta(11, "One ");
  world.delta(13, "three");
  expect(world.screen.at(-1)).toBe("… One ");
  expect(world.asked).toEqual(["chat.subscribe since 11"]);
  world.delta(12, "two ");
  world.delta(13, "three");
  await world.settled();
  expect(world.screen.at(-1)).toBe("… One two three");
});

test("a snapshot closes a gap at once, and the history says what else was missed", async () => {
  const world = await World.open([user("a", "running")]);
  world.delta(11, "One ");
  world.delta(20, "Everything so far", true);
  expect(world.screen.at(-1)).toBe("… Everything so far");
  expect(world.asked).toEqual(["chat.history"]);
  world.delta(21, "!");
  expect(world.screen.at(-1)).toBe("… Everything so far!");
});

test("where nothing can be resumed the numbers begin anew", async () => {
  const world = await World.open([user("a", "running")]);
  world.delta(11, "One ");
  world.subscribed = { resumed: false, seq: 500 };
  world.delta(400, "?");
  await world.settled();
  world.delta(501, "two");
  expect(world.screen.at(-1)).toBe("… One two");
});

test("the same epoch goes on where it was; another one begins anew and trusts no turn from before", async () => {
  const world = await World.open([user("a", "running")]);
  world.delta(11, "One ");
  world.feed.resume("epoch");
  await world.settled();
  expect(world.asked).toEqual(["chat.subscribe since 11", "chat.history"]);
  expect(world.screen.at(-1)).toBe("… One ");
  world.asked.length = 0;
  world.history = [user("a", "waiting")];
  world.feed.resume("another");
  await world.settled();
  expect(world.asked).toEqual(["chat.subscribe", "chat.history"]);
  expect(world.screen).toEqual(["you: a (waiting)"]);
});

test("a conversation that could not be read is read when the gateway is back", async () => {
  const world = new World();
  world.isDown = true;
  world.feed.open(KEY);
  await world.settled();
  expect(world.feed.conversation(KEY).value.loading).toBe("failed");
  world.isDown = false;
  world.history = [user("a")];
  world.feed.resume("epoch");
  await world.settled();
  expect(world.screen).toEqual(["you: a (done)"]);
});

test("a message nobody here knows is looked up, once", async () => {
  const world = await World.open([]);
  world.history = [user("b", "running")];
  world.push(11, { state: "status", status: "started", turnId: "t2", messageIds: ["b"] });
  world.push(12, { state: "delta", turnId: "t2", messageIds: ["b"], delta: "Hi", replace: true });
  await world.settled();
  expect(world.screen).toEqual(["you: b (running)", "… Hi"]);
  expect(world.asked.filter((what) => what === "chat.history").length).toBeLessThanOrEqual(2);
});

test("events of conversations that are not open do no harm", async () => {
  const world = await World.open([user("a")]);
  world.feed.take({
    type: "event",
    event: "chat",
    seq: 1,
    payload: { sessionKey: "other", state: "final", text: "x" },
  });
  world.feed.take({ type: "event", event: "unknown", seq: 12, payload: {} });
  expect(world.screen).toEqual(["you: a (done)"]);
});
