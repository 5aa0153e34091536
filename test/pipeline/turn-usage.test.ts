import { expect, test } from "bun:test";
import type { AgentEvent, ModelUsage } from "../../src/core/agent.ts";
import { nextDayMs } from "../../src/lib/local-time.ts";
import { answer, inTurn, type PiScript } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";

const NOTHING = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
const used = (model: string, costUsd: number): ModelUsage => ({
  model,
  usage: { inputTokens: 10, outputTokens: 1, costUsd },
});

/** Answers, having used `spent`. */
function answerFor(...spent: readonly ModelUsage[]): PiScript {
  return async function* (prompt, pi, signal) {
    for await (const event of answer("42")(prompt, pi, signal)) {
      yield event.type === "end" ? { ...event, spent } : event;
    }
  };
}

/** Uses `spent` for a step that stands in the transcript, and dies behind it. */
function dieAfter(spent: ModelUsage): PiScript {
  return async function* (prompt, pi) {
    pi.write("user", prompt.text);
    pi.write("assistant", "Let me look.", "toolUse", spent);
    yield { type: "message_start" };
    yield { type: "message_end", text: "Let me look.", stopReason: "toolUse" };
    yield { type: "end", reason: "error", error: "pi died", died: true, usage: NOTHING, spent: [spent] };
  };
}

/** Fails, having used `spent`. */
function failAfter(spent: ModelUsage): PiScript {
  return async function* () {
    const end: AgentEvent = { type: "end", reason: "error", error: "500", usage: NOTHING, spent: [spent] };
    yield end;
  };
}

const costOf = async ({ store }: PathWorld) => (await store.usage.spentBy(`session:${SESSION}`)).ever.costUsd;

test("a turn's end writes down what it used, however it ended", async () => {
  await using world = await new PathWorld().start();
  world.pi.script = inTurn(answerFor(used("a/one", 0.5), used("b/two", 0.25)), failAfter(used("a/one", 1)));
  await world.say("1", "answer");
  expect(await costOf(world)).toBe(0.75);
  await world.say("2", "fail");
  expect(world.endings().map((line) => line.split(" ")[1])).toEqual(["final", "error"]);
  expect(await costOf(world)).toBe(1.75);
  expect((await world.store.usage.latest(9)).map(({ model, sender }) => [model, sender])).toEqual([
    ["a/one", "fake:u"],
    ["b/two", "fake:u"],
    ["a/one", "fake:u"],
  ]);
});

test("what an attempt used that died is not lost, and counts once", async () => {
  await using world = await new PathWorld().start();
  world.pi.script = inTurn(dieAfter(used("a/one", 0.5)), answerFor(used("a/one", 0.25)));
  await world.say("1", "look");
  await world.pass(60_000);
  expect(world.endings()).toEqual(["1: final 42"]);
  expect(await costOf(world)).toBe(0.75);
});

test("over budget a turn does not begin: pi is not asked, and the next day it is", async () => {
  await using world = await new PathWorld({ config: { agent: { budget: { dailyUsd: 1 } } } }).start();
  world.pi.script = answerFor(used("a/one", 1));
  await world.say("1", "one");
  await world.say("2", "two");
  await world.pass(1000);
  expect(world.pi.prompts).toHaveLength(1);
  expect(world.platform.transcript().at(-1)).toContain("The daily budget ($1.00) is used up.");
  world.clock.jump(nextDayMs(world.clock.now()) - world.clock.now());
  await world.say("3", "three");
  expect(world.pi.prompts).toHaveLength(2);
});

test("a turn that has begun is brought to its end, whatever was spent meanwhile", async () => {
  await using world = await new PathWorld({ config: { agent: { budget: { dailyUsd: 1 } } } }).start();
  const gate = Promise.withResolvers<void>();
  const dying = dieAfter(used("a/one", 0.5));
  const dieLater: PiScript = async function* (prompt, pi, signal) {
    await gate.promise;
    yield* dying(prompt, pi, signal);
  };
  world.pi.script = inTurn(dieLater, answerFor(used("a/one", 9)), answerFor());
  await world.say("1", "look");
  const address = { ...CHAT, chat: "43" };
  await world.say("2", "expensive", { address });
  gate.resolve();
  await world.pass(60_000);
  expect(world.endings()).toEqual(["2: final 42", "1: final 42"]);
  await world.say("3", "and now");
  expect(world.endings().at(-1)).toStartWith("3: error");
});
