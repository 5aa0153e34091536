import { describe, expect, test } from "bun:test";
import type { StreamingMode } from "../../src/core/channel.ts";
import type { Fault, FaultMatch, FaultRule, FaultScript } from "../emulators/common/faults.ts";
import type { CallLog } from "../emulators/common/call-log.ts";
import type { FaultWorld, FaultyPlatform } from "./fault-world.ts";

/** A platform whose calls fail as the matrix says. Its bot is called `bot`, the person `Anna`. */
export interface MatrixStage extends FaultyPlatform {
  readonly faults: FaultScript;
  readonly calls: CallLog;
  /** Anna writes to the bot. */
  ask(text: string): void;
  /** From now on calls that come faster than the platform takes them are refused. */
  enforceRates(): void;
  /** What only those see who have the chat open, such as drafts and unfinished cards, besides `lines`. */
  liveLines(): string[];
}

export type MatrixWorld = FaultWorld<MatrixStage>;

export interface MatrixOptions {
  readonly mode: StreamingMode;
  readonly onDoubt?: "resend" | "drop";
}

export interface MatrixPlatform {
  open(options: MatrixOptions): Promise<MatrixWorld>;
  readonly modes: readonly StreamingMode[];
  /** The call that puts a message into the chat, by mode. */
  send(mode: StreamingMode): FaultMatch;
  /** The call that changes what stands there. */
  readonly edit: FaultMatch;
  /** The call that makes a preview the whole answer, where that is another one. */
  readonly finalEdit?: FaultMatch;
  /** Further calls that can be made again without harm, by how the answer appears; `name` is said in the test's name. */
  readonly repeatable: readonly {
    readonly mode: StreamingMode;
    readonly name: string;
    readonly match: FaultMatch;
  }[];
  /** Whether the platform drops the second copy of a message that is sent twice within minutes. */
  readonly dropsCopies: boolean;
  /** Ways in which the platform itself refuses, besides the common ones. */
  readonly refusals: readonly { readonly name: string; readonly fault: Fault }[];
}

const BEGINNING = "bot: The";
/** What Anna reads when `asked` is answered. */
export const wholeAnswer = (asked: string): string =>
  `bot: The answer to ${asked} takes its time and ends here.`;

/** Nothing has happened, or it may be done again. */
export const HARMLESS: readonly Fault[] = [
  { kind: "429", retryAfter: 3 },
  { kind: "5xx" },
  { kind: "502-html" },
  { kind: "drop-before" },
  { kind: "slow", ms: 8000 },
  { kind: "half-open" },
  { kind: "outage", ms: 60_000 },
];
/** It has happened, and nobody was told. */
export const UNTOLD: readonly Fault[] = [
  { kind: "drop-after" },
  { kind: "truncated" },
  { kind: "malformed" },
];
export const ALL_FAULTS: readonly Fault[] = [...HARMLESS, ...UNTOLD];

/** What a fault is called in the name of a test. */
export function nameOfFault(fault: Fault): string {
  return "in" in fault ? `${fault.kind} in the ${fault.in}` : fault.kind;
}

/** What a person sees when calls to the platform fail in each way there is. */
export function faultMatrix(platform: MatrixPlatform): void {
  repeatableCalls(platform);
  finalEdit(platform);
  untakenSends(platform);
  untoldSends(platform);
  outages(platform);
  rates(platform);
  chance(platform);
}

/** Expects that exactly these lines are seen, and that nothing waits to be said. */
export async function expectSeen(world: MatrixWorld, lines: readonly string[]): Promise<void> {
  expect(world.lines()).toEqual([...lines]);
  expect(await world.unsent()).toEqual([]);
}

/** The questions that were answered, in order, as often as they were; nothing else may be there but the questions. */
export async function askedOnce(world: MatrixWorld): Promise<string[]> {
  const answers = world.answers();
  const others = world.lines().filter((line) => !/^Anna: q\d+$/.test(line));
  expect(others).toEqual(answers.map(wholeAnswer));
  expect(await world.unsent()).toEqual([]);
  return answers.flatMap((asked) => asked.split("+")).toSorted();
}

/** One question while one call fails; the whole answer is awaited. */
async function askThrough(platform: MatrixPlatform, options: MatrixOptions, rule: FaultRule) {
  const world = await platform.open(options);
  world.platform.faults.add(rule);
  world.platform.ask("q1");
  await world.untilAnswered("q1");
  expect(world.platform.calls.all.map(({ fault }) => fault)).toContain(rule.kind);
  return world;
}

function repeatableCalls(platform: MatrixPlatform): void {
  const { edit, repeatable, refusals } = platform;
  const calls = [{ mode: "partial" as const, name: "an edit of the preview", match: edit }, ...repeatable];
  const all = [...ALL_FAULTS.map((fault) => ({ name: nameOfFault(fault), fault })), ...refusals];
  describe("a call that can be made again", () => {
    for (const { mode, name, match } of calls) {
      for (const { name: met, fault } of all) {
        test(`${mode}: ${name} meets ${met}, and the answer is seen once`, async () => {
          await using world = await askThrough(platform, { mode }, { ...fault, match });
          await expectSeen(world, ["Anna: q1", wholeAnswer("q1")]);
        });
      }
    }
  });
}

function finalEdit(platform: MatrixPlatform): void {
  describe("the edit that makes the preview the answer", () => {
    for (const fault of ALL_FAULTS) {
      test(`it meets ${nameOfFault(fault)}, and the answer is seen once`, async () => {
        await using world = await platform.open({ mode: "partial" });
        const { faults } = world.platform;
        const match = platform.finalEdit ?? platform.edit;
        world.onAnswer = () => faults.add({ ...fault, match });
        world.platform.ask("q1");
        await world.untilAnswered("q1");
        await expectSeen(world, ["Anna: q1", wholeAnswer("q1")]);
        expect(faults.left).toEqual([]);
      });
    }
  });
}

function untakenSends(platform: MatrixPlatform): void {
  const { modes, refusals } = platform;
  const harmless = HARMLESS.map((fault) => ({ name: nameOfFault(fault), fault }));
  describe("a message that nothing has become of", () => {
    for (const mode of modes) {
      for (const { name, fault } of mode === "off" ? [...harmless, ...refusals] : harmless) {
        test(`${mode}: the call that sends it meets ${name}, and the answer is seen once`, async () => {
          const match = platform.send(mode);
          await using world = await askThrough(platform, { mode }, { ...fault, match });
          await expectSeen(world, ["Anna: q1", wholeAnswer("q1")]);
        });
      }
    }

    test("whoever is told to wait is not written to before", async () => {
      const match = platform.send("off");
      const rule: FaultRule = { kind: "429", retryAfter: 17, match };
      await using world = await askThrough(platform, { mode: "off" }, rule);
      const refused = world.platform.calls.all.find(({ fault }) => fault === "429");
      const taken = world.platform.calls.all.findLast(({ method }) => method === refused?.method);
      expect((taken?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(17_000);
    });
  });
}

function untoldSends(platform: MatrixPlatform): void {
  const { modes, dropsCopies } = platform;
  const seen = dropsCopies ? [wholeAnswer("q1")] : [wholeAnswer("q1"), wholeAnswer("q1")];
  const outcome = dropsCopies ? "once" : "twice rather than not at all (the first hole)";
  describe("the platform has taken a message, and nobody was told", () => {
    for (const fault of UNTOLD) {
      for (const mode of modes.filter((one) => one !== "partial")) {
        test(`${mode}: the call that sends it meets ${fault.kind}, and the answer is seen ${outcome}`, async () => {
          const match = platform.send(mode);
          await using world = await askThrough(platform, { mode }, { ...fault, match });
          await expectSeen(world, ["Anna: q1", ...seen]);
        });
      }

      test(`partial: the call that sends the preview meets ${fault.kind}, and the whole answer is seen once`, async () => {
        const match = platform.send("partial");
        await using world = await askThrough(platform, { mode: "partial" }, { ...fault, match });
        const stray = dropsCopies ? [] : [BEGINNING];
        await expectSeen(world, ["Anna: q1", ...stray, wholeAnswer("q1")]);
      });
    }

    if (dropsCopies) return;
    test("with onDoubt drop nothing is said twice", async () => {
      const rule: FaultRule = { kind: "drop-after", match: platform.send("off") };
      await using world = await askThrough(platform, { mode: "off", onDoubt: "drop" }, rule);
      expect(world.lines()).toEqual(["Anna: q1", wholeAnswer("q1")]);
      expect(await world.unsent()).toHaveLength(1);
    });
  });
}

function outages(platform: MatrixPlatform): void {
  for (const mode of platform.modes) {
    test(`${mode}: the platform is away for a minute in the middle of an answer, and all is answered, once`, async () => {
      await using world = await platform.open({ mode });
      world.platform.ask("q1");
      await world.until(() => world.path.pi.prompts.length === 1, "a prompt");
      world.platform.faults.add({ kind: "outage", ms: 60_000 });
      world.platform.ask("q2");
      await world.pass(30_000);
      world.platform.ask("q3");
      await world.untilAnswered("q1", "q2", "q3");
      expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
      expect(world.platform.liveLines()).toEqual(world.lines());
    });
  }
}

function rates(platform: MatrixPlatform): void {
  for (const mode of platform.modes) {
    test(`${mode}: the platform never has to ask for patience while several answers are written`, async () => {
      await using world = await platform.open({ mode });
      world.platform.enforceRates();
      for (const question of ["q1", "q2", "q3"]) {
        world.platform.ask(question);
        await world.pass(5000);
      }
      await world.untilAnswered("q1", "q2", "q3");
      expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
      expect(world.platform.calls.all.filter(({ status }) => status === 429)).toEqual([]);
    });
  }
}

/** What a platform could not tell several times in a row, it tells again after hours only. */
const OUR_CALLS: FaultMatch = { method: /^(?!push$|webhook$)/ };

function chance(platform: MatrixPlatform): void {
  for (const seed of [1, 2, 3]) {
    test(`a third of all calls fails by chance (seed ${seed}), and all is answered, once`, async () => {
      await using world = await platform.open({ mode: "partial" });
      const faults = HARMLESS.filter(({ kind }) => kind !== "half-open" && kind !== "outage");
      world.platform.faults.atRandom({ seed, rate: 0.33, faults, match: OUR_CALLS });
      const questions = ["q1", "q2", "q3", "q4", "q5"];
      for (const question of questions) {
        world.platform.ask(question);
        await world.pass(3000);
      }
      await world.untilAnswered(...questions);
      expect(await askedOnce(world)).toEqual(questions);
    });
  }
}
