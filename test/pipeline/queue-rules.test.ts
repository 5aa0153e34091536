import { describe, expect, test } from "bun:test";
import { answer, hang } from "../fakes/fake-pi.ts";
import { CHAT, inbound, PathWorld, SESSION } from "../fakes/path-world.ts";

const prompts = (world: PathWorld) => world.pi.prompts.map(({ text }) => text);

/** A turn that goes on until it is stopped, and what is said behind it. */
async function behindTurn(queue: object, ...texts: string[]): Promise<PathWorld> {
  const world = await new PathWorld({ config: { queue } }).start();
  world.pi.script = hang("Half");
  await world.say("0", "zero");
  await sayAll(world, texts);
  return world;
}

async function sayAll(world: PathWorld, texts: readonly string[]): Promise<void> {
  for (const text of texts) await world.say(text, text);
}

async function goOn(world: PathWorld): Promise<void> {
  world.pi.script = answer((prompt) => `re: ${prompt}`);
  await world.pipeline.workers.stopTurn(SESSION, "asked");
  await world.pass(1000);
}

describe("interrupt", () => {
  test("stops the turn for a newer message, keeps what was said, and answers the newest", async () => {
    await using world = await behindTurn({ mode: "interrupt" });
    world.pi.script = answer((prompt) => `re: ${prompt}`);
    await world.say("1", "one");
    await world.pass(1000);
    expect(world.endings()).toEqual(["0: aborted Half", "1: final re: one"]);
    expect(world.platform.transcript()).toEqual(["Half\n\n*Stopped.*", "re: one"]);
  });

  test("before the first word says that a newer message comes first", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "interrupt" } } }).start();
    world.pi.script = hang("");
    await world.say("0", "zero");
    world.pi.script = answer("Fine.");
    await world.say("1", "one");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["Stopped: your newer message comes first.", "Fine."]);
  });

  test("what waits is superseded by a newer message of its chat, and its sender told once", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "interrupt" } }, places: 1 }).start();
    world.pi.script = hang("Half");
    // The only place is taken by another session, so nothing can run here.
    await world.say("x", "x", { address: { ...CHAT, chat: "other" } });
    await sayAll(world, ["one", "two", "three"]);
    expect(await world.store.turns.depth(SESSION)).toBe(1);
    await world.pass(1000);
    const told = world.platform.transcript().filter((text) => text.startsWith("A newer message"));
    expect(told).toHaveLength(2);
    expect(world.endings()).toEqual(["one: aborted", "two: aborted"]);
    await world.restart();
    await world.pass(1000);
    expect(world.platform.transcript().filter((text) => text.startsWith("A newer message"))).toHaveLength(2);
  });

  test("another chat of the session is not stopped: its message waits", async () => {
    await using world = await behindTurn({ mode: "interrupt" });
    const message = inbound("1", "one");
    const other = { ...message, address: { ...CHAT, thread: "7" } };
    const { id } = await world.store.inbox.record(other);
    const fate = {
      fate: "queued",
      session: SESSION,
      priority: 5,
      message: other,
      mergeKey: "other",
    } as const;
    await world.store.inbox.settle(id, fate);
    await world.pass(1000);
    expect(world.endings()).toEqual([]);
  });

  test("a turn that a crash interrupted is stopped for what came meanwhile, too", async () => {
    await using world = await behindTurn({ mode: "interrupt" });
    await world.stop();
    const { id } = await recordedWhileDown(world);
    expect(id).toBeDefined();
    world.pi.script = async function* (prompt, pi, signal) {
      yield* (prompt.text === "one" ? answer("re: one") : hang(""))(prompt, pi, signal);
    };
    await world.restart();
    await world.pass(1000);
    expect(world.endings()).toEqual(["0: aborted", "1: final re: one"]);
  });
});

async function recordedWhileDown(world: PathWorld) {
  await world.store.open();
  const recorded = await world.store.inbox.record(inbound("1", "one"));
  await world.store.close();
  return recorded;
}

describe("followup", () => {
  test("each message has a turn of its own, in order", async () => {
    await using world = await behindTurn({ mode: "followup" }, "one", "two", "three");
    await goOn(world);
    expect(prompts(world)).toEqual(["zero", "one", "two", "three"]);
    expect(world.pi.steers).toEqual([]);
  });
});

describe("collect", () => {
  test("what waits becomes one turn once nobody has written for a while", async () => {
    await using world = await behindTurn({ mode: "collect" }, "one");
    world.pi.script = answer((prompt) => `re: ${prompt}`);
    await world.pass(300);
    await world.say("two", "two");
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.clock.advance(499);
    expect(prompts(world)).toEqual(["zero"]);
    await world.pass(1);
    expect(prompts(world)).toEqual(["zero", "one\n\ntwo"]);
  });

  test("an idle chat never waits", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "collect" } } }).start();
    await world.say("1", "one");
    await world.pass();
    expect(world.endings()).toHaveLength(1);
    await world.say("2", "two");
    expect(prompts(world)).toEqual(["one", "two"]);
  });

  test("never merges messages whose answers go to different chats", async () => {
    await using world = await behindTurn({ mode: "collect", debounceMs: 0 }, "one");
    const elsewhere = { ...inbound("x", "x"), address: { ...CHAT, thread: "7" } };
    const { id } = await world.store.inbox.record(elsewhere);
    const fate = {
      fate: "queued",
      session: SESSION,
      priority: 5,
      message: elsewhere,
      mergeKey: "x",
    } as const;
    await world.store.inbox.settle(id, fate);
    await sayAll(world, ["two", "three"]);
    await goOn(world);
    expect(prompts(world)).toEqual(["zero", "one", "x", "two\n\nthree"]);
  });
});

describe("when one more comes than may wait", () => {
  test("the oldest become lines of the next prompt, and are answered with it", async () => {
    const queue = { mode: "collect", maxPerSession: 2, debounceMs: 0 };
    await using world = await behindTurn(queue, "one", "two", "three", "four");
    expect(await world.store.turns.depth(SESSION)).toBe(4);
    await goOn(world);
    const lines = "[gateway] 2 earlier messages had to wait for too long; in short:\n- one\n- two";
    expect(prompts(world)).toEqual(["zero", `${lines}\n\nthree\n\nfour`]);
    expect(world.endings().at(-1)).toStartWith("one+two+three+four: final");
    expect(world.platform.transcript()).toHaveLength(2);
  });

  test("and that is so after a restart", async () => {
    const queue = { mode: "collect", maxPerSession: 1, debounceMs: 0 };
    await using world = await behindTurn(queue, "one", "two");
    await world.restart();
    await goOn(world);
    expect(prompts(world).at(-1)).toContain("- one\n\ntwo");
  });

  test("with `old` the oldest are cancelled, and each sender is told", async () => {
    const queue = { mode: "collect", maxPerSession: 2, drop: "old", debounceMs: 0 };
    await using world = await behindTurn(queue, "one", "two", "three", "four");
    await goOn(world);
    expect(prompts(world)).toEqual(["zero", "three\n\nfour"]);
    const told = world.platform.transcript().filter((text) => text.startsWith("Too much was waiting"));
    expect(told).toHaveLength(2);
    expect(world.endings().slice(0, 2)).toEqual(["one: aborted", "two: aborted"]);
    const rows = (await world.store.history(SESSION, { limit: 9 })).rows;
    expect(rows.find(({ id }) => id === "one")?.state).toBe("cancelled");
  });

  test("with `new` the newest is refused with a sentence", async () => {
    const queue = { mode: "collect", maxPerSession: 2, drop: "new", debounceMs: 0 };
    await using world = await behindTurn(queue, "one", "two", "three");
    expect(world.endings()).toEqual(["three: error"]);
    await goOn(world);
    expect(prompts(world)).toEqual(["zero", "one\n\ntwo"]);
  });

  test("a session may have its own number", async () => {
    await using world = await behindTurn({ mode: "collect", drop: "new" });
    await world.store.sessions.update(SESSION, { queue: { cap: 1 } });
    await sayAll(world, ["one", "two"]);
    expect(world.endings()).toEqual(["two: error"]);
  });
});
