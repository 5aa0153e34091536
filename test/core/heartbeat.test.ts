import { afterEach, describe, expect, test } from "bun:test";
import { type Config, configSchema } from "../../src/core/config-schema.ts";
import { Heartbeats } from "../../src/core/heartbeat.ts";
import { MovedChats } from "../../src/core/moved-chats.ts";
import { configuredRouter } from "../../src/core/session-router.ts";
import type { TurnUsage } from "../../src/core/usage.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { answer, hang, refuse, type PiScript } from "../fakes/fake-pi.ts";
import { PathWorld } from "../fakes/path-world.ts";

const MINUTE_MS = 60_000;

/** A path with an owner in it, and heartbeats on it. */
class BeatingWorld {
  readonly path = new PathWorld({ config: { owners: ["fake:42"] } });
  readonly account: Omit<TurnUsage, "spent">[] = [];
  hasSomethingToDo = true;
  isOverBudget = false;
  /** What is asked is recorded, and nothing more is known of it. */
  failsAfterAsking = false;
  /** The gateway dies, or cannot write, before anything is asked. */
  failsBeforeAsking = false;
  isReachable = true;
  config: Config;
  heartbeats: Heartbeats;

  constructor(section: object) {
    this.config = configOf(section);
    this.heartbeats = this.#build();
  }

  async start(): Promise<this> {
    await this.path.start();
    await this.heartbeats.start();
    return this;
  }

  configure(section: object): void {
    this.config = configOf(section);
    this.heartbeats.wake();
  }

  async restart(downMs = 0): Promise<void> {
    await this.heartbeats.stop();
    await this.path.crash();
    this.path.clock.jump(downMs);
    await this.path.restart();
    this.heartbeats = this.#build();
    await this.heartbeats.start();
    await this.pass();
  }

  async pass(minutes = 0): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) await this.path.pass(MINUTE_MS);
    await this.path.pass(50);
  }

  get prompts(): readonly string[] {
    return this.path.pi.prompts.map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.heartbeats.stop();
    await this.path[Symbol.asyncDispose]();
  }

  #build(): Heartbeats {
    const { path } = this;
    return new Heartbeats({
      config: () => this.config,
      state: path.store.state,
      errands: {
        find: (name) => path.pipeline.errands.find(name),
        take: async (request) => {
          if (this.failsBeforeAsking) throw new Error("killed");
          const receipt = await path.pipeline.errands.take(request);
          if (this.failsAfterAsking) throw new Error("killed");
          return receipt;
        },
      },
      usage: path.store.usage,
      exceededBy: async (turn) => {
        this.account.push(turn);
        const account = { of: "all" } as const;
        return this.isOverBudget
          ? { account, period: "day", limitUsd: 1, spentUsd: 2, untilMs: 0 }
          : undefined;
      },
      owners: path.access.owners,
      movedTo: (to) => new MovedChats(path.store.state).now(to),
      router: configuredRouter(() => this.config),
      channel: ({ channel }) =>
        this.isReachable && channel === path.platform.name ? path.platform : undefined,
      isBusy: (session) => path.pipeline.isBusy(session),
      hasSomethingToDo: async () => this.hasSomethingToDo,
      clock: path.clock,
      log: silentLogger,
    });
  }
}

const configOf = (section: object) => configSchema({}).parse({ agent: { heartbeat: section } });

let world: BeatingWorld;
const open = async (section: object = { every: "30m" }) => (world = await new BeatingWorld(section).start());
afterEach(() => world[Symbol.asyncDispose]());

/** 1_700_000_000 s is 13 min 20 s past a half hour. */
const TO_FIRST = 17;

describe("a heartbeat", () => {
  test("asks in the owner's chat once in each span of the clock, and says there what the agent says", async () => {
    await open();
    await world.pass(TO_FIRST - 1);
    expect(world.prompts).toEqual([]);
    await world.pass(1);
    expect(world.prompts).toHaveLength(1);
    expect(world.prompts[0]).toContain("This is your heartbeat");
    expect(world.prompts[0]).toContain("HEARTBEAT.md");
    expect(world.path.platform.transcript()).toEqual(["The answer is 42."]);
    await world.pass(60);
    expect(world.prompts).toHaveLength(3);
  });

  test("that finds nothing says nothing", async () => {
    await open();
    for (const nothing of ["HEARTBEAT_OK", "NO_REPLY", `HEARTBEAT_OK ${"quiet ".repeat(40)}`]) {
      world.path.pi.script = answer(nothing);
      await world.pass(30);
    }
    expect(world.prompts).toHaveLength(3);
    expect(world.path.platform.transcript()).toEqual([]);
    world.path.pi.script = answer(`HEARTBEAT_OK ${"but this matters ".repeat(30)}`);
    await world.pass(30);
    expect(world.path.platform.transcript()).toHaveLength(1);
  });

  test("beats once in a span however often the gateway is killed in it", async () => {
    await open();
    await world.pass(TO_FIRST);
    for (let i = 0; i < 5; i++) await world.restart(MINUTE_MS);
    expect(world.prompts).toHaveLength(1);
  });

  test("makes up once for what passed while the gateway was down", async () => {
    await open();
    await world.pass(TO_FIRST);
    await world.restart(5 * 60 * MINUTE_MS);
    expect(world.prompts).toHaveLength(2);
    await world.pass(29);
    expect(world.prompts).toHaveLength(2);
    await world.pass(30);
    expect(world.prompts).toHaveLength(3);
  });

  test("does not beat a second time when the clock is set back", async () => {
    await open();
    await world.pass(TO_FIRST);
    world.path.clock.jump(-40 * MINUTE_MS);
    world.configure({ every: "30m" });
    await world.pass(39);
    expect(world.prompts).toHaveLength(1);
    await world.pass(32);
    expect(world.prompts).toHaveLength(2);
  });

  test("goes on when a clock that was far ahead is set right", async () => {
    await open();
    await world.pass(TO_FIRST);
    const aheadMs = 400 * 86_400_000;
    world.path.clock.jump(aheadMs);
    await world.pass(2);
    expect(world.prompts).toHaveLength(2);
    world.path.clock.jump(-aheadMs);
    world.configure({ every: "30m" });
    await world.pass(60);
    expect(world.prompts).toHaveLength(4);
  });

  test("that failed while the clock was far ahead keeps none from coming when it is set right", async () => {
    await open();
    const aheadMs = 400 * 86_400_000;
    world.path.clock.jump(aheadMs);
    world.path.pi.script = refuse("no such model");
    await world.pass(TO_FIRST + 30);
    const before = world.prompts.length;
    expect(before).toBeGreaterThan(0);
    world.path.pi.script = answer("HEARTBEAT_OK");
    world.path.clock.jump(-aheadMs);
    world.configure({ every: "30m" });
    await world.pass(90);
    expect(world.prompts.length - before).toBeGreaterThan(1);
  });

  test("comes again in a span that a clock which was ahead has had already, with what was kept for it", async () => {
    await open();
    const aheadMs = 2 * 86_400_000;
    world.path.clock.jump(aheadMs);
    await world.pass(TO_FIRST);
    const before = world.prompts.length;
    world.path.clock.jump(-aheadMs);
    world.configure({ every: "30m" });
    await world.pass(2 * 24 * 60 - 40);
    await world.heartbeats.keep("main", { id: "1", text: "only thing" });
    await world.pass(60);
    expect(world.prompts.length - before).toBeGreaterThan(95);
    expect(world.prompts.join("\n")).toContain("only thing");
  });

  test("costs nothing while it is off, not even a timer", async () => {
    await open({ every: "30m", enabled: false });
    await world.pass(120);
    expect(world.prompts).toEqual([]);
    expect(await world.path.store.state.get("heartbeat", "main")).toBeUndefined();
    world.configure({ every: "30m" });
    await world.pass(30);
    expect(world.prompts).toHaveLength(1);
  });

  test("rests outside its hours", async () => {
    // 22:13 in UTC.
    await open({ every: "30m", activeHours: { start: "23:00", end: "24:00", timezone: "UTC" } });
    await world.pass(45);
    expect(world.prompts).toEqual([]);
    await world.pass(60);
    expect(world.prompts).toHaveLength(2);
    await world.pass(120);
    expect(world.prompts).toHaveLength(2);
  });

  test("is left out while its conversation is busy, and does not wait behind it", async () => {
    await open();
    world.path.pi.script = hang("Let me think");
    await world.pass(TO_FIRST - 2);
    await world.path.say("1", "a question");
    await world.pass(3);
    await world.path.pipeline.workers.stopTurn(world.path.events[0]!.session, "asked");
    await world.pass();
    expect(world.prompts).toHaveLength(1);
  });

  test("is left out while there is nothing to do, unless somebody woke it", async () => {
    await open();
    world.hasSomethingToDo = false;
    await world.pass(60);
    expect(world.prompts).toEqual([]);
    expect(await world.heartbeats.keep("main", { id: "w", text: "The build broke" })).toBe(true);
    await world.pass(30);
    expect(world.prompts).toHaveLength(1);
    expect(world.prompts[0]).toContain("The build broke");
  });

  test("goes on in a chat that has got another address", async () => {
    await open({ every: "30m", to: "fake:7" });
    const chat = { channel: "fake", account: "default", scope: "dm", chat: "7" } as const;
    await new MovedChats(world.path.store.state).note(chat, { ...chat, chat: "8" });
    await world.pass(TO_FIRST);
    const sessions = await world.path.store.sessions.list(5);
    expect(sessions.map(({ key }) => String(key))).toEqual(["agent:main:fake:dm:8"]);
  });

  test("may begin with nothing each time, with a model of its own", async () => {
    await open({ every: "30m", session: "own", model: "small" });
    await world.pass(TO_FIRST);
    const sessions = await world.path.store.sessions.list(5);
    expect(sessions.map(({ key }) => String(key))).toEqual(["agent:main:heartbeat:job:main"]);
    expect(world.path.platform.transcript()).toEqual(["The answer is 42."]);
  });
});

describe("what a heartbeat may cost", () => {
  const spending: PiScript = async function* (prompt, pi) {
    const usage = { inputTokens: 900, outputTokens: 100, costUsd: 0.5 };
    pi.write("user", prompt.text);
    pi.write("assistant", "HEARTBEAT_OK", "stop");
    yield { type: "message_end", text: "HEARTBEAT_OK", stopReason: "stop" };
    yield { type: "end", reason: "stop", usage, spent: [{ model: "a/b", usage }] };
  };

  test.each([{ dailyTokens: 2000 }, { dailyUsd: 1 }])(
    "is at most %j; the next day it beats again",
    async (limit) => {
      await open({ every: "10m", ...limit });
      world.path.pi.script = spending;
      await world.pass(60);
      expect(world.prompts).toHaveLength(2);
      await world.pass(24 * 60);
      expect(world.prompts).toHaveLength(4);
    },
  );

  test("is also what budgets allow, on an account of its own", async () => {
    await open();
    world.isOverBudget = true;
    await world.pass(90);
    expect(world.prompts).toEqual([]);
    expect(world.account[0]).toEqual({ agent: "main", channel: "heartbeat", sender: "heartbeat:main" });
  });

  test("is less and less while it fails", async () => {
    await open({ every: "10m" });
    world.path.pi.script = refuse("no such model");
    await world.pass(24 * 60);
    expect(world.prompts.length).toBeGreaterThan(4);
    expect(world.prompts.length).toBeLessThan(10);
    world.path.pi.script = answer("HEARTBEAT_OK");
    await world.pass(12 * 60);
    const before = world.prompts.length;
    await world.pass(60);
    expect(world.prompts.length - before).toBe(6);
  });
});

describe("a text that is kept for the next heartbeat", () => {
  test("is said once at it, with those before it, whatever is killed meanwhile", async () => {
    await open();
    await world.heartbeats.keep("main", { id: "1", text: "first thing" });
    await world.heartbeats.keep("main", { id: "2", text: "second thing" });
    await world.restart();
    await world.heartbeats.keep("main", { id: "1", text: "first thing" });
    await world.pass(TO_FIRST);
    await world.restart();
    await world.heartbeats.keep("main", { id: "1", text: "first thing" });
    await world.pass(60);
    const all = world.prompts.join("\n");
    expect(all.split("first thing")).toHaveLength(2);
    expect(all.split("second thing")).toHaveLength(2);
    expect(all.indexOf("first thing")).toBeLessThan(all.indexOf("second thing"));
  });

  test("is said once also if the beat that says it is cut off and the next one comes long after", async () => {
    await open();
    await world.heartbeats.keep("main", { id: "1", text: "only thing" });
    world.failsAfterAsking = true;
    await world.pass(TO_FIRST);
    world.failsAfterAsking = false;
    await world.restart(45 * MINUTE_MS);
    await world.pass(60);
    expect(world.prompts.length).toBeGreaterThan(1);
    expect(world.prompts.join("\n").split("only thing")).toHaveLength(2);
  });

  test("waits for its reader where the chat is away after a crash that cut the beat off", async () => {
    await open();
    await world.heartbeats.keep("main", { id: "1", text: "only thing" });
    world.failsBeforeAsking = true;
    await world.pass(TO_FIRST);
    world.failsBeforeAsking = false;
    world.isReachable = false;
    await world.restart(MINUTE_MS);
    await world.pass(60);
    expect(world.prompts).toEqual([]);
    world.isReachable = true;
    await world.pass(60);
    expect(world.prompts.join("\n").split("only thing")).toHaveLength(2);
  });

  test("is said again, before those that came later, where the beat that said it failed", async () => {
    await open({ every: "10m" });
    await world.heartbeats.keep("main", { id: "1", text: "first thing" });
    world.path.pi.script = refuse("no such model");
    await world.pass(10);
    expect(world.prompts).toHaveLength(1);
    await world.heartbeats.keep("main", { id: "2", text: "second thing" });
    await world.heartbeats.keep("main", { id: "1", text: "first thing" });
    await world.restart(MINUTE_MS);
    world.path.pi.script = answer("HEARTBEAT_OK");
    await world.pass(60);
    const [failed = "", said = "", ...later] = world.prompts;
    expect(failed).toContain("first thing");
    expect(said).toMatch(/first thing\n\nsecond thing/);
    expect(later.length).toBeGreaterThan(1);
    expect(later.join("\n")).not.toMatch(/first thing|second thing/);
  });

  test("is let go once five beats have failed with it", async () => {
    await open({ every: "10m" });
    await world.heartbeats.keep("main", { id: "1", text: "poison" });
    world.path.pi.script = refuse("no such model");
    await world.pass(24 * 60);
    expect(world.prompts.filter((prompt) => prompt.includes("poison"))).toHaveLength(5);
    expect(world.prompts.length).toBeGreaterThan(5);
  });

  test("is not kept where all of them would be too much for one beat, until that is over", async () => {
    await open();
    const keep = (id: string, length: number) =>
      world.heartbeats.keep("main", { id, text: "x".repeat(length) });
    expect(await keep("1", 40_000)).toBe(true);
    expect(await keep("2", 9000)).toBe(false);
    expect(await keep("3", 8000)).toBe(true);
    world.path.pi.script = hang("Let me think");
    await world.pass(TO_FIRST);
    expect(world.prompts).toHaveLength(1);
    expect(await keep("4", 1)).toBe(false);
    expect(await keep("1", 40_000)).toBe(true);
    await world.path.pipeline.workers.stopTurn(world.path.events[0]!.session, "asked");
    await world.pass(1);
    expect(await keep("4", 48_000)).toBe(true);
  });

  test("is not kept where no heartbeat comes", async () => {
    await open({ enabled: false });
    expect(await world.heartbeats.keep("main", { id: "1", text: "a" })).toBe(false);
    world.configure({ every: "1h" });
    expect(await world.heartbeats.keep("other", { id: "1", text: "a" })).toBe(false);
    expect(await world.heartbeats.keep("main", { id: "1", text: "a" })).toBe(true);
  });

  test("is one of a hundred at most", async () => {
    await open();
    for (let i = 0; i < 100; i++)
      expect(await world.heartbeats.keep("main", { id: `${i}`, text: "a" })).toBe(true);
    expect(await world.heartbeats.keep("main", { id: "100", text: "a" })).toBe(false);
  });
});
