import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { StreamingMode } from "../../../../src/core/channel.ts";
import type { Fault } from "../../../emulators/common/faults.ts";
import { openFaultWorld, type TelegramFaultWorld } from "./fault-world.ts";

setDefaultTimeout(60_000);

const BEGINNING = "bot: The";
const whole = (asked: string) => `bot: The answer to ${asked} takes its time and ends here.`;

/** Nothing has happened, or it may be done again. */
const HARMLESS: readonly Fault[] = [
  { kind: "429", retryAfter: 3 },
  { kind: "5xx" },
  { kind: "502-html" },
  { kind: "drop-before" },
  { kind: "slow", ms: 8000 },
  { kind: "half-open" },
  { kind: "outage", ms: 60_000 },
];
/** It has happened, and nobody was told. */
const UNTOLD: readonly Fault[] = [{ kind: "drop-after" }, { kind: "truncated" }, { kind: "malformed" }];
const ALL = [...HARMLESS, ...UNTOLD];

/** Calls that can be made again without harm, by how the answer appears. */
const REPEATABLE: readonly (readonly [StreamingMode, string])[] = [
  ["partial", "editMessageText"],
  ["partial", "sendChatAction"],
  ["draft", "sendMessageDraft"],
];

function nameOf(fault: Fault): string {
  return "in" in fault ? `${fault.kind} in the ${fault.in}` : fault.kind;
}

describe("a call that can be made again", () => {
  for (const [mode, method] of REPEATABLE) {
    for (const fault of ALL) {
      test(`${mode}: ${method} meets ${nameOf(fault)}, and the answer is seen once`, async () => {
        await using world = await openFaultWorld({ mode });
        world.platform.telegram.faults.add({ ...fault, match: { method } });
        world.platform.anna.say(world.platform.chat, "q1");
        await world.untilAnswered("q1");
        await expectSeen(world, ["Anna: q1", whole("q1")]);
        expect(world.platform.telegram.calls.of({ method })[0]?.fault).toBe(fault.kind);
      });
    }
  }
});

describe("the edit that makes the preview the answer", () => {
  for (const fault of ALL) {
    test(`it meets ${nameOf(fault)}, and the answer is seen once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      world.onAnswer = () =>
        world.platform.telegram.faults.add({ ...fault, match: { method: "editMessageText" } });
      world.platform.anna.say(world.platform.chat, "q1");
      await world.untilAnswered("q1");
      await expectSeen(world, ["Anna: q1", whole("q1")]);
      expect(world.platform.telegram.faults.left).toEqual([]);
    });
  }
});

describe("a message that nothing has become of", () => {
  const told: readonly Fault[] = [
    { kind: "429", retryAfter: 3, in: "header" },
    { kind: "429", retryAfter: 3, in: "html" },
  ];
  for (const mode of ["off", "partial", "block", "draft"] as const) {
    for (const fault of mode === "off" ? [...HARMLESS, ...told] : HARMLESS) {
      test(`${mode}: sendMessage meets ${nameOf(fault)}, and the answer is seen once`, async () => {
        await using world = await openFaultWorld({ mode });
        world.platform.telegram.faults.add({ ...fault, match: { method: "sendMessage" } });
        world.platform.anna.say(world.platform.chat, "q1");
        await world.untilAnswered("q1");
        await expectSeen(world, ["Anna: q1", whole("q1")]);
        expect(world.platform.telegram.calls.of({ method: "sendMessage" })[0]?.fault).toBe(fault.kind);
      });
    }
  }

  test("whoever is told to wait is not written to before", async () => {
    await using world = await openFaultWorld({ mode: "off" });
    world.platform.telegram.faults.add({ kind: "429", retryAfter: 17, match: { method: "sendMessage" } });
    world.platform.anna.say(world.platform.chat, "q1");
    await world.untilAnswered("q1");
    const [refused, taken] = world.platform.telegram.calls.of({ method: "sendMessage" });
    expect((taken?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(17_000);
  });
});

describe("the first hole: Telegram has taken a message, and nobody was told", () => {
  for (const fault of UNTOLD) {
    for (const mode of ["off", "block", "draft"] as const) {
      test(`${mode}: sendMessage meets ${fault.kind}, and the answer is seen twice rather than not at all`, async () => {
        await using world = await openFaultWorld({ mode });
        world.platform.telegram.faults.add({ ...fault, match: { method: "sendMessage" } });
        world.platform.anna.say(world.platform.chat, "q1");
        await world.untilAnswered("q1");
        await expectSeen(world, ["Anna: q1", whole("q1"), whole("q1")]);
      });
    }

    test(`partial: the preview's sendMessage meets ${fault.kind}, and the answer comes below its beginning`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      world.platform.telegram.faults.add({ ...fault, match: { method: "sendMessage" } });
      world.platform.anna.say(world.platform.chat, "q1");
      await world.untilAnswered("q1");
      await expectSeen(world, ["Anna: q1", BEGINNING, whole("q1")]);
    });
  }

  test("with onDoubt drop nothing is said twice", async () => {
    await using world = await openFaultWorld({ mode: "off", onDoubt: "drop" });
    world.platform.telegram.faults.add({ kind: "drop-after", match: { method: "sendMessage" } });
    world.platform.anna.say(world.platform.chat, "q1");
    await world.untilAnswered("q1");
    expect(world.lines()).toEqual(["Anna: q1", whole("q1")]);
    expect(await world.unsent()).toHaveLength(1);
  });
});

describe("polling", () => {
  for (const fault of [...ALL, { kind: "429", retryAfter: 3, in: "html" } as const]) {
    test(`getUpdates meets ${nameOf(fault)}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      world.platform.telegram.faults.add({ ...fault, match: { method: "getUpdates" } });
      world.platform.anna.say(world.platform.chat, "q1");
      await world.untilAnswered("q1");
      world.platform.anna.say(world.platform.chat, "q2");
      await world.untilAnswered("q2");
      await expectSeen(world, ["Anna: q1", whole("q1"), "Anna: q2", whole("q2")]);
    });
  }
});

describe("updates", () => {
  for (const way of ["polling", "webhook"] as const) {
    for (const fault of [{ kind: "duplicate" }, { kind: "reorder" }, { kind: "delay", ms: 7000 }] as const) {
      test(`by ${way}: an update meets ${fault.kind}, and each question is answered once`, async () => {
        await using world = await openFaultWorld({ mode: "partial", way });
        world.platform.telegram.faults.add({ ...fault, match: { method: "message" } });
        world.platform.anna.say(world.platform.chat, "q1");
        world.platform.anna.say(world.platform.chat, "q2");
        await world.untilAnswered("q1", "q2");
        expect(await askedOnce(world)).toEqual(["q1", "q2"]);
      });
    }
  }

  for (const fault of [
    { kind: "drop-before" },
    { kind: "drop-after" },
    { kind: "slow", ms: 8000 },
  ] as const) {
    test(`the webhook's delivery meets ${fault.kind}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial", way: "webhook" });
      world.platform.telegram.faults.add({ ...fault, match: { method: "webhook" } });
      world.platform.anna.say(world.platform.chat, "q1");
      world.platform.anna.say(world.platform.chat, "q2");
      await world.untilAnswered("q1", "q2");
      expect(await askedOnce(world)).toEqual(["q1", "q2"]);
    });
  }
});

describe("everything at once", () => {
  for (const mode of ["off", "partial", "block", "draft"] as const) {
    test(`${mode}: Telegram is away for a minute in the middle of an answer, and all is answered, once`, async () => {
      await using world = await openFaultWorld({ mode });
      world.platform.anna.say(world.platform.chat, "q1");
      await world.until(() => world.path.pi.prompts.length === 1, "a prompt");
      world.platform.telegram.faults.add({ kind: "outage", ms: 60_000 });
      world.platform.anna.say(world.platform.chat, "q2");
      await world.pass(30_000);
      world.platform.anna.say(world.platform.chat, "q3");
      await world.untilAnswered("q1", "q2", "q3");
      expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
      expect(world.platform.telegram.transcript(world.platform.chat, { isLive: true })).toEqual(
        world.lines(),
      );
    });
  }

  for (const mode of ["off", "partial", "block", "draft"] as const) {
    test(`${mode}: Telegram never has to ask for patience while several answers are written`, async () => {
      await using world = await openFaultWorld({ mode });
      world.platform.telegram.enforceRates();
      for (const question of ["q1", "q2", "q3"]) {
        world.platform.anna.say(world.platform.chat, question);
        await world.pass(5000);
      }
      await world.untilAnswered("q1", "q2", "q3");
      expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
      expect(world.platform.telegram.calls.all.filter(({ status }) => status === 429)).toEqual([]);
    });
  }

  for (const seed of [1, 2, 3]) {
    test(`a third of all calls fails by chance (seed ${seed}), and all is answered, once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      const faults = HARMLESS.filter(({ kind }) => kind !== "half-open" && kind !== "outage");
      world.platform.telegram.faults.atRandom({ seed, rate: 0.33, faults });
      const questions = ["q1", "q2", "q3", "q4", "q5"];
      for (const question of questions) {
        world.platform.anna.say(world.platform.chat, question);
        await world.pass(3000);
      }
      await world.untilAnswered(...questions);
      expect(await askedOnce(world)).toEqual(questions);
    });
  }
});

async function expectSeen(world: TelegramFaultWorld, lines: readonly string[]): Promise<void> {
  expect(world.lines()).toEqual([...lines]);
  expect(await world.unsent()).toEqual([]);
}

/** The questions that were answered, in order, as often as they were; nothing else may be there but the questions. */
async function askedOnce(world: TelegramFaultWorld): Promise<string[]> {
  const answers = world.answers();
  const others = world.lines().filter((line) => !/^Anna: q\d+$/.test(line));
  expect(others).toEqual(answers.map(whole));
  expect(await world.unsent()).toEqual([]);
  return answers.flatMap((asked) => asked.split("+")).toSorted();
}
