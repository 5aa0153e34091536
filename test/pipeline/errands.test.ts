import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Errand, errandNamed, errandSession, idOfErrand } from "../../src/core/errand.ts";
import { type SessionKey, parseSessionKey } from "../../src/core/session-key.ts";
import { answer, hang, inTurn, lookThenAnswer, type PiScript, refuse, steerable } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";

let world: PathWorld;
beforeEach(async () => {
  world = await new PathWorld({ config: { queue: { maxAttempts: 2 } } }).start();
});
afterEach(() => world[Symbol.asyncDispose]());

const OWN = errandSession("main", { by: "cron", name: "daily" });
const DAILY: Errand = {
  by: "cron",
  name: "daily",
  session: OWN,
  about: "This is your scheduled task.",
  delivery: "direct",
  to: CHAT,
};
const NAME = { by: "cron", name: "daily", id: "1" } as const;

async function give(id: string, errand: Partial<Errand> = {}, text = "Look around"): Promise<string> {
  const receipt = await world.pipeline.errands.take({ id, text, errand: { ...DAILY, ...errand } });
  await world.pass(50);
  return receipt;
}

/** A file is really taken away on the way. */
async function answered(id: string): Promise<void> {
  while ((await find(id))?.state !== "done") {
    await Bun.sleep(1);
    await world.pass(10);
  }
}

const find = (id = "1") => world.pipeline.errands.find({ ...NAME, id });
const rowsOf = async (session: SessionKey) =>
  (await world.store.history(session, { limit: 20 })).rows.map(({ role, text }) => `${role}: ${text}`);

test("a session of its own is named after who asks and for what", () => {
  expect(OWN).toBe("agent:main:cron:job:daily" as SessionKey);
  expect(parseSessionKey(OWN)?.address).toMatchObject({ channel: "cron", scope: "job", chat: "daily" });
  expect(idOfErrand({ by: "webhook", name: "a:b/c", id: "é" })).toBe("errand/webhook:a%3Ab%2Fc:%C3%A9");
});

test("what an errand is called is read back, and no other id is taken for one", () => {
  const name = { by: "webhook", name: "a:b/c%", id: "é\u{1f600}" } as const;
  expect(errandNamed(idOfErrand(name))).toEqual(name);
  for (const id of ["errand/cron:%:x", "errand/cron:x:%E0%A4%A", "errand/mail:a:b", "errand/cron:a", "1"])
    expect(errandNamed(id)).toBeUndefined();
});

test("what the gateway asks is answered once, in its own session, and said in the chat that it names", async () => {
  expect(await give("1")).toBe("recorded");
  expect(await give("1")).toBe("duplicate");
  expect(world.platform.transcript()).toEqual(["The answer is 42."]);
  expect(world.pi.prompts).toHaveLength(1);
  const prompt = world.pi.prompts[0]?.text ?? "";
  expect(prompt).toContain("This is your scheduled task. Your answer is sent to fake:42;");
  expect(prompt).toEndWith("\n\nLook around");
  expect(await find()).toMatchObject({ state: "done", answer: "The answer is 42." });
  expect(await rowsOf(SESSION)).toEqual(["assistant: The answer is 42."]);
  expect(await rowsOf(OWN)).toEqual(["user: Look around"]);
  expect(await world.store.chats.unread(CHAT, SESSION, 5)).toEqual([]);
});

test("an announced answer carries the name, and the chat's agent knows of it with the next message there", async () => {
  await give("1", { delivery: "announce" });
  expect(world.platform.transcript()).toEqual(["`daily`\n\nThe answer is 42."]);
  await world.say("m1", "What was that?");
  const prompt = world.pi.prompts.at(-1)?.text ?? "";
  expect(prompt).toContain('You said here, as the scheduled task "daily": `daily` The answer is 42.');
  expect(prompt).toContain("Not addressed to you: context");
});

test.each([
  ["silent", { delivery: "silent" }],
  ["without a place to go", { to: undefined }],
  ["for a chat that is not there any more", { to: { ...CHAT, channel: "gone" } }],
] as const)("an answer that is %s is kept and seen by nobody", async (_, errand) => {
  await give("1", errand as Partial<Errand>);
  expect(world.platform.transcript()).toEqual([]);
  expect(await find()).toMatchObject({ state: "done", answer: "The answer is 42." });
});

describe("what the agent has said in the chat itself", () => {
  /** Says `text` with a tool in the middle of its turn, then answers. */
  const saysFirst = (text: string, to = CHAT): PiScript =>
    async function* (prompt, pi, signal) {
      const turn = await world.store.turns.unfinished(OWN);
      const message = { kind: "text", markdown: text } as const;
      await world.store.outbox.post([{ key: `${turn}/tool/c1`, to, message, session: SESSION }]);
      yield* answer("The answer is 42.")(prompt, pi, signal);
    };

  test.each(["direct", "announce"] as const)(
    "is not said there again as its answer (%s)",
    async (delivery) => {
      world.pi.script = saysFirst("The answer\nis 42.");
      await give("1", { delivery });
      expect(world.platform.transcript()).toEqual(["The answer\nis 42."]);
      expect(await find()).toMatchObject({ state: "done", answer: "The answer is 42." });
      expect(await world.store.chats.unread(CHAT, SESSION, 5)).toHaveLength(delivery === "direct" ? 0 : 1);
    },
  );

  test("in other words, or elsewhere, is no answer", async () => {
    world.pi.script = saysFirst("It is nearly 42.");
    await give("1");
    world.pi.script = saysFirst("The answer is 42.", { ...CHAT, chat: "43" });
    await give("2");
    const [first, ...others] = world.platform.transcript();
    expect(first).toBe("It is nearly 42.");
    expect(others.toSorted()).toEqual(["The answer is 42.", "The answer is 42.", "The answer is 42."]);
  });
});

test.each([
  ["NO_REPLY", ""],
  ["HEARTBEAT_OK", "HEARTBEAT_OK"],
  ["All is quiet.\nHEARTBEAT_OK", "All is quiet.\nHEARTBEAT_OK"],
])("%j is nothing to say: nobody reads it", async (said, kept) => {
  world.pi.script = answer(said);
  await give("1", { delivery: "announce" });
  expect(world.platform.transcript()).toEqual([]);
  expect(await find()).toMatchObject({ state: "done", answer: kept });
});

test("much beside HEARTBEAT_OK is something to say", async () => {
  world.pi.script = answer(`HEARTBEAT_OK ${"word ".repeat(80)}`);
  await give("1");
  expect(world.platform.transcript()).toHaveLength(1);
});

test("nobody sees it being worked on: no preview, no sign of somebody who writes", async () => {
  world.pi.script = hang("I am thinking");
  await give("1");
  await world.pass(5000);
  expect(world.platform.transcript()).toEqual([]);
  expect(await find()).toEqual({ state: "running" });
});

describe("whoever waits for one", () => {
  test("hears of its end at once, and of one that has ended before", async () => {
    const { errands } = world.pipeline;
    let ended: unknown;
    await world.pipeline.errands.take({ id: "1", text: "Look", errand: DAILY });
    const waiting = errands.wait(NAME, world.clock.now() + 60_000, new AbortController().signal);
    void waiting.then((outcome) => (ended = outcome));
    await world.pass();
    expect(ended).toMatchObject({ state: "done", answer: "The answer is 42." });
    expect(await errands.wait(NAME, 0, new AbortController().signal)).toMatchObject({ state: "done" });
    expect(await errands.wait({ ...NAME, id: "none" }, 0, new AbortController().signal)).toBeUndefined();
  });

  test("gets how it stands when the time is up", async () => {
    world.pi.script = hang("…");
    await give("1");
    const until = world.clock.now() + 20_000;
    const waiting = world.pipeline.errands.wait(NAME, until, new AbortController().signal);
    await world.pass(21_000);
    expect(await waiting).toEqual({ state: "running" });
  });
});

describe("a failure", () => {
  test("is told to whoever asked, and to nobody in a chat", async () => {
    world.pi.script = refuse("401 invalid api key");
    await give("1", { delivery: "announce" });
    await world.pass(60_000);
    expect(world.platform.transcript()).toEqual([]);
    const outcome = await find();
    expect(outcome).toMatchObject({ state: "failed", error: expect.stringMatching(/^MODEL_FAILED \w{4}$/) });
    expect(outcome).toMatchObject({ answer: expect.stringContaining("401 invalid api key") });
  });

  test("of a plugin's making, too", async () => {
    world.hooks.add(["message_received"], () => ({ block: "not today" }), "test");
    await give("1");
    expect(await find()).toEqual({ state: "failed", error: "BLOCKED" });
    expect(world.platform.transcript()).toEqual([]);
  });

  test("its own time limit counts", async () => {
    world.pi.script = hang("…");
    await give("1", { timeoutMs: 10_000 });
    await world.pass(11_000);
    expect(await find()).toMatchObject({ state: "failed", error: expect.stringMatching(/^TIMEOUT/) });
    expect(world.platform.transcript()).toEqual([]);
  });

  test("what is stopped or killed is cancelled, without a word", async () => {
    world.pi.script = hang("Half");
    await give("1");
    await give("2");
    expect(await find("2")).toEqual({ state: "waiting" });
    await world.pipeline.endSession(OWN);
    await world.pass(1000);
    expect((await find("1"))?.state).toBe("cancelled");
    expect((await find("2"))?.state).toBe("cancelled");
    expect(world.platform.transcript()).toEqual([]);
  });
});

describe("after a crash", () => {
  test("it is answered once, whatever had happened", async () => {
    for (const when of ["text", "tool", "answered"] as const) {
      world.pi.script = inTurn(lookThenAnswer("It is 42.", when), answer("It is 42."));
      await give(when);
      await world.pass(5000);
    }
    expect(world.platform.transcript()).toEqual(["It is 42.", "It is 42.", "It is 42."]);
  });

  test("one that was recorded and no more is done after the restart", async () => {
    await world.pipeline.errands.take({ id: "1", text: "Look", errand: DAILY });
    await world.crash();
    await world.restart();
    await world.pass(100);
    expect(world.platform.transcript()).toEqual(["The answer is 42."]);
    expect(await find()).toMatchObject({ state: "done" });
  });
});

describe("the session", () => {
  test("goes on from one to the next, or begins empty each time", async () => {
    const fileOf = async () => (await world.store.sessions.get(OWN))?.file;
    await give("1");
    const first = await fileOf();
    await give("2");
    expect(await fileOf()).toBe(first);
    await give("3", { isFresh: true });
    await answered("3");
    expect(await fileOf()).not.toBe(first);
    expect(world.pi.transcript.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test("another try of one that begins empty goes on where the first was", async () => {
    await give("0", { isFresh: true });
    world.pi.script = inTurn(lookThenAnswer("It is 42.", "tool"), answer("It is 42."));
    await give("1", { isFresh: true });
    await answered("1");
    expect(world.pi.prompts.at(-1)?.text).toContain("[gateway] You were interrupted");
  });

  test("may be that of a chat: it waits for the turn there, and nothing of the talk joins it", async () => {
    let goOn = (): void => {};
    world.pi.script = steerable(() => new Promise<void>((resolve) => (goOn = resolve)));
    await world.say("m1", "Hello");
    await give("1", { session: SESSION });
    await world.say("m2", "And this?");
    expect(world.pi.steers).toEqual(["And this?"]);
    for (let step = 0; step < 3; step += 1) {
      goOn();
      await world.pass(1000);
    }
    expect(world.platform.transcript().at(-1)).toEndWith("Look around");
    expect(world.pi.prompts).toHaveLength(2);
    expect(await world.store.sessions.get(SESSION)).toMatchObject({ address: CHAT });
  });

  test("is known as a child of the one it was asked from, with the model and role that were wished for", async () => {
    await give("1", { parent: SESSION, role: "mentor" });
    expect(await world.store.sessions.get(OWN)).toMatchObject({ parent: SESSION, role: "mentor" });
  });
});

test("where a chat is full, what the gateway asks makes room for nobody", async () => {
  await using full = await new PathWorld({ config: { queue: { maxPerSession: 1, drop: "old" } } }).start();
  full.pi.script = hang("…");
  const errand = { ...DAILY, session: SESSION };
  await full.say("m1", "Hello");
  full.pi.refusesSteering = true;
  await full.pipeline.errands.take({ id: "1", text: "Look", errand });
  await full.pass();
  await full.say("m2", "one");
  await full.say("m3", "two");
  expect(await full.pipeline.errands.find(NAME)).toEqual({ state: "waiting" });
});

test("where a full chat takes nothing new, what the gateway asks makes it no fuller for people", async () => {
  await using full = await new PathWorld({
    config: { queue: { mode: "followup", maxPerSession: 1, drop: "new" } },
  }).start();
  full.pi.script = hang("…");
  await full.say("m1", "Hello");
  for (const id of ["1", "2"]) {
    await full.pipeline.errands.take({ id, text: "Look", errand: { ...DAILY, session: SESSION } });
    await full.pass();
  }
  await full.say("m2", "one");
  expect(full.endings()).toEqual([]);
  await full.say("m3", "two");
  expect(full.endings()).toEqual([expect.stringContaining("m3: error")]);
});

test("what was asked long ago goes with its turn, and the chat's own history stays", async () => {
  await world.say("m1", "Hello");
  for (const id of ["1", "2", "3"]) await give(id);
  world.clock.jump(40 * 86_400_000);
  await give("4");
  const retention = { finishedBeforeMs: world.clock.now() - 30 * 86_400_000 };
  while ((await world.store.prune(retention, 3)) > 0);
  expect(await rowsOf(OWN)).toEqual(["user: Look around"]);
  expect(await find("1")).toBeUndefined();
  expect(await find("4")).toMatchObject({ state: "done" });
  expect((await rowsOf(SESSION))[0]).toBe("user: Hello");
});
