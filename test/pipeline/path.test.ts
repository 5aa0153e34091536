import { describe, expect, test } from "bun:test";
import { answer, hang, inTurn, lookThenAnswer, refuse } from "../fakes/fake-pi.ts";
import { ChannelError } from "../../src/core/errors.ts";
import { CHAT, inbound, PathWorld, SESSION } from "../fakes/path-world.ts";
import { CardPlatform, DraftPlatform, EditingPlatform, PlainPlatform } from "../fakes/platforms.ts";

const caps = (limit: number, nonceWindowMs: number) => ({
  text: { limit },
  pace: () => ({ perChatMs: 10, perPreviewMs: 100 }),
  nonceWindowMs,
});

test("a message comes in, an answer goes out; the same message again is answered no second time", async () => {
  await using world = await new PathWorld().start();
  expect(await world.say("1", "what is it?")).toBe("recorded");
  expect(await world.say("1", "what is it?")).toBe("duplicate");
  expect(world.platform.transcript()).toEqual(["The answer is 42."]);
  expect(world.pi.prompts.map((prompt) => prompt.text)).toEqual(["what is it?"]);
  expect(world.endings()).toEqual(["1: final The answer is 42."]);
});

const ANSWER = Array.from({ length: 60 }, (_, i) => `Sentence ${i} of it.${i % 5 === 4 ? "\n\n" : ""}`).join(
  " ",
);
const words = (text: string) => text.replaceAll(/\s+/g, " ").trim();

describe.each([
  ["edits messages", (now: () => number) => new EditingPlatform("fake", caps(400, 0), now)],
  ["remembers nonces", (now: () => number) => new EditingPlatform("fake", caps(200, 300_000), now)],
  ["streams cards", (now: () => number) => new CardPlatform("fake", caps(5000, 3_600_000), now)],
  ["shows drafts", (now: () => number) => new DraftPlatform("fake", caps(400, 0), now)],
  ["only sends", (now: () => number) => new PlainPlatform("fake", caps(160, 0), now)],
])("on a platform that %s", (_, make) => {
  test("a long answer ends up visible once, whole, in order, within the limits", async () => {
    await using world = await new PathWorld({ platform: (clock) => make(clock.now) }).start();
    world.pi.script = answer(ANSWER);
    await world.say("1", "tell me");
    await world.pass(5000);
    expect(words(world.platform.transcript().join(" "))).toBe(words(ANSWER));
  });

  test("a pi that dies in the middle of the answer leaves no trace in the chat", async () => {
    await using world = await new PathWorld({ platform: (clock) => make(clock.now) }).start();
    world.pi.script = inTurn(lookThenAnswer(ANSWER, "text"), answer(ANSWER));
    await world.say("1", "tell me");
    await world.pass(10_000);
    expect(words(world.platform.transcript().join(" "))).toBe(words(ANSWER));
    expect(world.endings()).toHaveLength(1);
  });
});

describe("when pi dies", () => {
  test.each([
    ["text", ["what is it?", "what is it?"]],
    ["tool", ["what is it?", expect.stringContaining("[gateway] You were interrupted")]],
    ["answered", ["what is it?"]],
    ["end", ["what is it?"]],
  ] as const)("at %s, the turn goes on without doing again what was done", async (when, prompts) => {
    await using world = await new PathWorld().start();
    world.pi.script = inTurn(lookThenAnswer("It is 42.", when), answer("It is 42."));
    await world.say("1", "what is it?");
    await world.pass(5000);
    expect(world.pi.prompts.map((prompt) => prompt.text)).toEqual([...prompts]);
    expect(world.platform.transcript()).toEqual(["It is 42."]);
    expect(world.endings()).toEqual(["1: final It is 42."]);
  });

  test("again and again, the person is told in one sentence with a reference", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = lookThenAnswer("never", "text");
    await world.say("1", "hello");
    await world.pass(60_000);
    expect(world.pi.prompts).toHaveLength(3);
    expect(world.platform.transcript()).toEqual([
      expect.stringMatching(/could not be finished in 3 tries \(ref \w{4}\)/),
    ]);
    expect(world.endings()).toEqual(["1: error"]);
  });

  test("the second of two equal messages is not taken for the first one", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = inTurn(answer("First."), lookThenAnswer("x", "text"), answer("Second."));
    await world.say("1", "yes");
    await world.say("2", "yes");
    await world.pass(5000);
    expect(world.platform.transcript()).toEqual(["First.", "Second."]);
  });
});

describe("when the model fails", () => {
  test("the person reads what the provider said, once, and the next message is answered", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = refuse("401 invalid api key");
    await world.say("1", "hello");
    expect(world.platform.transcript()).toEqual([expect.stringContaining("401 invalid api key")]);
    world.pi.script = answer("Fine.");
    await world.say("2", "and now?");
    await world.pass(1000);
    expect(world.platform.transcript()[1]).toBe("Fine.");
  });
});

describe("limits of a turn", () => {
  test("one without a sign of life is stopped and the person told", async () => {
    await using world = await new PathWorld({ config: { queue: { stuckMs: 60_000 } } }).start();
    world.pi.script = hang("Well");
    await world.say("1", "hello");
    await world.pass(61_000);
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([expect.stringContaining("no sign of life")]);
    expect(world.endings()).toEqual(["1: error"]);
  });

  test("an open tool is no silence: only the deadline ends it", async () => {
    await using world = await new PathWorld({
      config: { queue: { stuckMs: 60_000 }, agent: { timeoutMs: 600_000 } },
    }).start();
    world.pi.script = async function* (prompt, pi, signal) {
      yield { type: "tool_start", id: "t", tool: "bash", params: {} };
      yield* hang("")(prompt, pi, signal);
    };
    await world.say("1", "hello");
    await world.pass(300_000);
    expect(world.endings()).toEqual([]);
    await world.pass(301_000);
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([expect.stringContaining("longer than 10 minutes")]);
  });

  test("a turn stopped by a person keeps what was said and says that it was stopped", async () => {
    await using world = await new PathWorld().start();
    world.pi.script = hang("Half of");
    await world.say("1", "hello");
    await world.pass(500);
    expect(await world.pipeline.workers.stopTurn(SESSION, "asked")).toBe(true);
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["Half of\n\n*Stopped.*"]);
    expect(world.endings()).toEqual(["1: aborted Half of"]);
    expect(await world.pipeline.workers.stopTurn(SESSION, "asked")).toBe(false);
  });
});

test("a turn that begins the moment the one before it has ended can be stopped", async () => {
  await using world = await new PathWorld({ config: { queue: { mode: "followup" } } }).start();
  const mayEnd = Promise.withResolvers<void>();
  world.pi.script = inTurn(async function* (prompt, pi, signal) {
    await mayEnd.promise;
    yield* answer("First.")(prompt, pi, signal);
  }, hang("Half"));
  await world.say("1", "a");
  await world.say("2", "b");
  mayEnd.resolve();
  await world.pass(1000);
  expect(await world.pipeline.workers.stopTurn(SESSION, "asked")).toBe(true);
  await world.pass(1000);
  expect(world.endings()).toEqual(["1: final First.", "2: aborted Half"]);
});

describe("what waits", () => {
  test("in one session becomes one turn, in order", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "collect" } } }).start();
    world.pi.script = hang("…");
    await world.say("1", "a");
    await world.say("2", "b");
    await world.say("3", "c");
    world.pi.script = answer((prompt) => `You said: ${prompt}`);
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(1000);
    expect(world.pi.prompts.at(-1)?.text).toBe("b\n\nc");
    expect(world.endings().at(-1)).toBe("2+3: final You said: b\n\nc");
  });

  test("is one turn each in followup mode", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "followup" } } }).start();
    world.pi.script = answer((prompt) => prompt);
    await Promise.all(["1", "2", "3"].map((id) => world.say(id, `m${id}`)));
    await world.pass(1000);
    expect(world.pi.prompts.map((prompt) => prompt.text)).toEqual(["m1", "m2", "m3"]);
  });

  test("is bounded: what is too much is answered, not lost in silence", async () => {
    await using world = await new PathWorld({
      config: { queue: { maxPerSession: 3, drop: "new", mode: "collect" } },
    }).start();
    world.pi.script = hang("…");
    for (const id of ["1", "2", "3", "4", "5", "6"]) await world.say(id, `m${id}`);
    await world.pass(1000);
    expect(world.platform.transcript().filter((text) => text.startsWith("Too much"))).toHaveLength(2);
    expect(world.endings()).toEqual(["5: error", "6: error"]);
  });

  test("in the whole gateway is bounded: then the platform keeps the message", async () => {
    await using world = await new PathWorld({
      config: { queue: { globalMaxPending: 2, mode: "collect" } },
    }).start();
    world.pi.script = hang("…");
    const receipts = [];
    for (const id of ["1", "2", "3", "4", "5"]) receipts.push(await world.say(id, "m"));
    expect(receipts).toEqual(["recorded", "recorded", "recorded", "busy", "busy"]);
  });

  test("in different sessions runs side by side, as many as there are places", async () => {
    await using world = await new PathWorld({ places: 2 }).start();
    world.pi.script = hang("…");
    for (const chat of ["a", "b", "c"]) await world.say(chat, "m", { address: { ...CHAT, chat } });
    expect(world.pi.prompts).toHaveLength(2);
  });
});

describe("ending a session", () => {
  test("stops its turn, tells whoever waits, and begins anew", async () => {
    await using world = await new PathWorld({ config: { queue: { mode: "collect" } } }).start();
    world.pi.script = hang("Half");
    await world.say("1", "a");
    await world.say("2", "b");
    await world.pass(500);
    const before = await world.store.sessions.get(SESSION);
    expect(await world.pipeline.endSession(SESSION)).toEqual({ cancelled: 1 });
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([
      "Half\n\n*Stopped.*",
      expect.stringContaining("was ended before the message was answered"),
    ]);
    expect(world.endings()).toEqual(["2: aborted", "1: aborted Half"]);
    expect((await world.store.sessions.get(SESSION))?.file).not.toBe(before?.file);
    expect(world.pi.forgotten).toEqual([SESSION]);
  });

  test("of one that is not known says so", async () => {
    await using world = await new PathWorld().start();
    expect(await world.pipeline.endSession(SESSION)).toBeUndefined();
  });
});

describe("a shutdown", () => {
  test("lets a turn finish", async () => {
    await using world = await new PathWorld().start();
    const mayEnd = Promise.withResolvers<void>();
    world.pi.script = async function* (prompt, pi, signal) {
      await mayEnd.promise;
      yield* answer("Done.")(prompt, pi, signal);
    };
    await world.say("1", "hello");
    const stopped = world.stop(new AbortController().signal);
    mayEnd.resolve();
    await world.pass(1000);
    await stopped;
    expect(world.endings()).toEqual(["1: final Done."]);
    expect(world.platform.transcript()).toEqual(["Done."]);
  });

  test("that cannot wait hands the turn back, without counting the attempt", async () => {
    await using world = await new PathWorld({ config: { queue: { maxAttempts: 1 } } }).start();
    world.pi.script = hang("Half");
    await world.say("1", "hello");
    await world.stop();
    expect(world.endings()).toEqual([]);
    world.pi.script = answer("Whole.");
    await world.restart();
    await world.pass(1000);
    expect(world.endings()).toEqual(["1: final Whole."]);
    expect(world.platform.transcript()).toEqual(["Whole."]);
  });
});

describe("hooks", () => {
  test("change what is heard, asked and said", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(
      ["message_received"],
      (context) => {
        context.message = { ...context.message, text: context.message.text.toUpperCase() };
      },
      "test",
    );
    world.hooks.add(
      ["before_agent_start"],
      (context) => {
        context.message = `[ctx] ${context.message}`;
      },
      "test",
    );
    world.hooks.add(
      ["message_sending"],
      (context) => {
        if (context.message.kind === "text") {
          context.message = { ...context.message, markdown: `${context.message.markdown} 🎉` };
        }
      },
      "test",
    );
    await world.say("1", "hello");
    await world.pass(1000);
    expect(world.pi.prompts[0]?.text).toBe("[ctx] HELLO");
    expect(world.platform.transcript()).toEqual(["The answer is 42. 🎉"]);
    expect(world.endings()).toEqual(["1: final The answer is 42. 🎉"]);
  });

  test("a blocked answer leaves nothing behind, not even its preview", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(["message_sending"], () => ({ block: "secret" }), "test");
    await world.say("1", "hello");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([]);
    expect(world.endings()).toEqual(["1: final"]);
  });

  test("a broken guard of what is said withholds it; a broken guard of what is heard does not cost the message", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(
      ["message_received"],
      () => {
        throw new Error("broken");
      },
      "test",
    );
    await world.say("1", "hello");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["The answer is 42."]);
    world.hooks.add(
      ["message_sending"],
      () => {
        throw new Error("broken");
      },
      "test",
    );
    await world.say("2", "hello");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual([
      "The answer is 42.",
      "The answer could not be checked, so it was withheld.",
    ]);
  });

  test("a blocked message never reaches pi, and its sender learns why", async () => {
    await using world = await new PathWorld().start();
    world.hooks.add(["message_received"], () => ({ block: "No spam here." }), "test");
    await world.say("1", "spam");
    expect(world.pi.prompts).toEqual([]);
    expect(world.endings()).toEqual(["1: error"]);
  });
});

describe("strangers", () => {
  const access = {
    check: async () => ({ allowed: false, why: "unknown", reply: "Pairing code: ABCD2345" }) as const,
  };

  test("get one notice per message and no turn", async () => {
    await using world = await new PathWorld({ access }).start();
    await world.say("1", "hi");
    await world.say("1", "hi");
    await world.pass(1000);
    expect(world.platform.transcript()).toEqual(["Pairing code: ABCD2345"]);
    expect(world.pi.prompts).toEqual([]);
  });
});

test("a message recorded before a crash and not admitted is admitted at the next start", async () => {
  await using world = await new PathWorld().start();
  await world.store.inbox.record(inbound("1", "hello"));
  await world.restart();
  await world.pass(1000);
  expect(world.platform.transcript()).toEqual(["The answer is 42."]);
});

test("what is said while the platform does not know the credential arrives once it does, to every chat", async () => {
  await using world = await new PathWorld({
    platform: (clock) => new PlainPlatform("fake", caps(160, 0), clock.now),
  }).start();
  const platform = world.platform as PlainPlatform;
  platform.failures.push(new ChannelError("unauthorized", "the token is wrong"));
  const post = (chat: string) =>
    world.pipeline.post({
      to: { ...CHAT, chat },
      session: SESSION,
      key: chat,
      message: { kind: "text", markdown: chat },
    });
  await post("one");
  await world.pass(100);
  await post("two");
  await world.pass(20_000);
  expect(platform.calls.filter(({ kind }) => kind === "send")).toHaveLength(1);
  await world.pass(15_000);
  await world.pass(1000);
  expect(platform.transcript().toSorted()).toEqual(["one", "two"]);
});

test("a later message never overtakes an earlier one that has to wait", async () => {
  await using world = await new PathWorld({
    platform: (clock) => new PlainPlatform("fake", caps(160, 0), clock.now),
  }).start();
  const platform = world.platform as PlainPlatform;
  platform.failures.push(new ChannelError("rate-limited", "429", { retry: { afterMs: 5000 } }));
  const post = (key: string) =>
    world.pipeline.post({ to: CHAT, session: SESSION, key, message: { kind: "text", markdown: key } });
  await post("first");
  await post("second");
  await world.pass(100);
  expect(platform.transcript()).toEqual([]);
  await world.pass(6000);
  await world.pass(1000);
  expect(platform.transcript()).toEqual(["first", "second"]);
});
