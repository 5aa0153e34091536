import { describe, expect, test } from "bun:test";
import type { GatewayProcess } from "../fakes/gateway-process.ts";

/** Somebody's chat with the bot, on a stand-in of a platform. */
export interface CrashChat {
  say(text: string): void;
  /** What is seen in it: `Anna: …`, `pi_bot: …`, a line for each message. */
  lines(): string[];
}

/** A gateway with one bot on a stand-in, and somebody who may write to it. */
export interface CrashStage extends AsyncDisposable, CrashChat {
  readonly gateway: GatewayProcess;
  /** Messages that were ever in the chat, and those that were taken away. */
  counts(): { readonly all: number; readonly deleted: number };
  /** Somebody else's chat with the bot. */
  newChat(name: string): CrashChat;
  /** Resolves once `find` is true. */
  until(find: () => boolean | undefined, what: string): Promise<unknown>;
}

export interface CrashPlatform {
  /** How messages reach the gateway. */
  readonly ways: readonly string[];
  /** `more` stands in the channel's section besides what it needs. */
  open(way: string, more?: object): Promise<CrashStage>;
  /** Whether the platform drops the second copy of a message that is sent twice within minutes. */
  readonly dropsCopies: boolean;
}

/** Slow enough for a preview to be seen before the answer is whole. */
export const PACE = { PI_GATEWAY_DEMO_PACE_MS: "15" };

/** Where the gateway dies, from before a message is on disk to after its answer has been sent. */
const POINTS = [
  "inbox.before-record",
  "inbox.after-record",
  "inbox.before-settle",
  "turn.before-prompt",
  "turn.after-note",
  "turn.text@1",
  "turn.text@5",
  "turn.text@12",
  "preview.noted",
  "turn.tool_start",
  "turn.tool_end",
  "turn.before-finish",
  "turn.after-finish",
  "outbox.before-call",
  "outbox.after-call",
  "outbox.after-settle",
];

/** `agent.pool.max`, as it is by default. */
const MOST_PIS = 4;
const PEOPLE = 16;
const QUESTION = "Is anybody there?";
/** What the demo model's answers end with. */
const LAST_WORDS = "I can also show you a tool at work";

/** A gateway is killed at each point of a message's way, started again, and looked at from the chat. */
export function crashTable(platform: CrashPlatform): void {
  describe.each([...platform.ways])("with %s", (way) => {
    test.each(POINTS)("a gateway that is killed at %s answers after its restart, and once", (point) =>
      dieAndAnswer(platform, way, point),
    );

    test("16 of 16 people whose messages wait when the gateway is killed are answered, each once", () =>
      dieWithManyWaiting(platform, way));
  });
  const [way = ""] = platform.ways;
  test("an answer that had begun to show within one call of the crash leaves at most its beginning above the whole one", () =>
    dieBeforeThePreviewIsKnown(platform, way));
  describe("a message without a preview, and a crash within one call", () => {
    if (platform.dropsCopies) {
      test.each(["outbox.before-call", "outbox.after-call"])("at %s it is said once all the same", (point) =>
        sayOnce(platform, way, point),
      );
      return;
    }
    test("the first hole: by default it is rather said twice than not at all", () => sayTwice(platform, way));
    test("with delivery.onDoubt `drop` it is not said again, and is listed as given up", () =>
      dropInDoubt(platform, way));
  });
}

async function dieAndAnswer(platform: CrashPlatform, way: string, point: string): Promise<void> {
  await using stage = await platform.open(way);
  const { gateway } = stage;
  const usesTool = point.startsWith("turn.tool");
  const question = usesTool ? "run bash: echo forty-two" : QUESTION;
  await gateway.start(point);
  stage.say(question);
  expect(await gateway.exited()).toBe(137);
  const seenBefore = stage.counts().all;
  await gateway.start();
  if (usesTool) await stage.until(() => stage.counts().all > 1, "an answer");
  else await readOnceAnswered(stage, [question]);
  await settled(stage);
  const lines = stage.lines();
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe(`Anna: ${question}`);
  expect(lines[1]).toStartWith("pi_bot:");
  // Nothing that was visible went away: what Anna saw of an answer has become the answer.
  const { all, deleted } = stage.counts();
  expect(deleted).toBe(0);
  expect(all - seenBefore).toBeLessThanOrEqual(1);
}

async function dieWithManyWaiting(platform: CrashPlatform, way: string): Promise<void> {
  await using stage = await platform.open(way);
  const { gateway } = stage;
  await gateway.start();
  const people = Array.from({ length: PEOPLE }, (_, index) => `P${index}`);
  const chats = people.map((name) => ({ name, chat: stage.newChat(name) }));
  for (const { name, chat } of chats) chat.say(`I am ${name}`);
  await stage.until(() => chats.some(({ chat }) => chat.lines().length > 1), "a first answer");
  await gateway.kill();
  await gateway.start();
  const isAnswered = (chat: CrashChat) => chat.lines().at(-1)?.includes(LAST_WORDS) ?? false;
  await stage.until(() => chats.every(({ chat }) => isAnswered(chat)), "an answer for everybody");
  await settled(stage);
  let strays = 0;
  for (const { name, chat } of chats) {
    const lines = chat.lines();
    const whole = lines.filter((line) => line.includes(LAST_WORDS));
    expect(whole).toEqual([expect.stringContaining(`I am ${name}`)]);
    strays += lines.length - 2;
  }
  // Begun answers whose first call was on its way when the gateway died: at most one for each pi.
  expect(strays).toBeLessThanOrEqual(MOST_PIS);
}

async function dieBeforeThePreviewIsKnown(platform: CrashPlatform, way: string): Promise<void> {
  await using stage = await platform.open(way);
  await stage.gateway.start("preview.before-note");
  stage.say(QUESTION);
  expect(await stage.gateway.exited()).toBe(137);
  await stage.gateway.start();
  const [, ...said] = await readOnceAnswered(stage, [QUESTION]);
  await settled(stage);
  expect(stage.lines()).toHaveLength(said.length + 1);
  expect(said.length).toBeLessThanOrEqual(2);
  expect(said.slice(0, -1).join()).not.toContain(LAST_WORDS);
  expect(said.at(-1)).toContain(LAST_WORDS);
}

async function sayOnce(platform: CrashPlatform, way: string, point: string): Promise<void> {
  await using stage = await platform.open(way, { streamingMode: "off" });
  await stage.gateway.start(point);
  stage.say(QUESTION);
  expect(await stage.gateway.exited()).toBe(137);
  await stage.gateway.start();
  await readOnceAnswered(stage, [QUESTION]);
  await settled(stage);
  expect(stage.lines()).toHaveLength(2);
}

async function sayTwice(platform: CrashPlatform, way: string): Promise<void> {
  await using stage = await platform.open(way, { streamingMode: "off" });
  await stage.gateway.start("outbox.after-call");
  stage.say(QUESTION);
  expect(await stage.gateway.exited()).toBe(137);
  await stage.gateway.start();
  await stage.until(() => stage.lines().length === 3, "the second copy");
  const [, first, second] = stage.lines();
  expect(second).toBe(first ?? "");
}

async function dropInDoubt(platform: CrashPlatform, way: string): Promise<void> {
  await using stage = await platform.open(way, { streamingMode: "off" });
  const { gateway } = stage;
  const config = JSON.parse(await Bun.file(`${gateway.home}/cwd/pi-gateway.jsonc`).text()) as object;
  gateway.configure({ ...config, delivery: { onDoubt: "drop" } });
  await gateway.start("outbox.before-call");
  stage.say(QUESTION);
  expect(await gateway.exited()).toBe(137);
  await gateway.start();
  stage.say("And now?");
  await stage.until(() => stage.lines().length === 3, "the answer to the second question");
  expect(stage.lines()[2]).toContain("And now?");
  expect(gateway.log()).toContain("may have been sent before a crash");
}

/** What Anna reads once nothing is on its way any more: a whole answer to each of `questions`. */
async function readOnceAnswered(stage: CrashStage, questions: readonly string[]): Promise<string[]> {
  const lines = () => stage.lines().map((line) => line.replaceAll(/\s+/g, " "));
  const isWhole = (line: string) => line.startsWith("pi_bot:") && line.includes(LAST_WORDS);
  await stage.until(() => lines().filter(isWhole).length >= questions.length, "an answer to each question");
  return lines();
}

/** Resolves once the gateway has nothing left to say: a stop waits for what it still has to deliver. */
async function settled({ gateway }: CrashStage): Promise<void> {
  expect(await gateway.kill("SIGTERM")).toBe(0);
}
