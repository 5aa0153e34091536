import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import type { ChatSettings } from "../../src/core/chat-settings.ts";
import { ChannelError } from "../../src/core/errors.ts";
import { answer, answerOnce, hang, inTurn, type PiScript, steerable } from "../fakes/fake-pi.ts";
import { CHAT, PathWorld, SESSION } from "../fakes/path-world.ts";
import { TalkingPlatform } from "../fakes/talking-platform.ts";

const MODES = ["off", "partial", "block", "draft"] as const;
const USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

type Settings = Partial<ChatSettings>;

async function open(settings: Settings, limit = 4096) {
  const capabilities = { text: { limit } };
  let made: TalkingPlatform | undefined;
  const world = new PathWorld({
    platform: (clock) => (made = new TalkingPlatform(clock.now, settings, capabilities)),
  });
  await world.start();
  if (!made) throw new Error("no platform was made");
  return { world, platform: made, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const words = (text: string) => text.replaceAll(/\s+/g, " ").trim();
const paragraph = (name: string) => `${name} ${"word ".repeat(180)}end of ${name}.`;
const LONG = ["One", "Two", "Three", "Four"].map(paragraph).join("\n\n");

/** Writes `text` as a model does, `letters` every 10 ms; `until` lets it go on behind the text. */
function slowly(world: PathWorld, text: string, letters = 40): PiScript {
  return async function* (prompt, pi) {
    yield { type: "message_start" };
    for (let at = 0; at < text.length; at += letters) {
      yield { type: "text", delta: text.slice(at, at + letters) };
      await world.clock.sleep(10);
    }
    pi.write("user", prompt.text);
    pi.write("assistant", text, "stop");
    yield { type: "message_end", text, stopReason: "stop" };
    yield { type: "end", reason: "stop", usage: USAGE };
  };
}

/** The process dies in the middle of a text, as far as `text` goes. */
function dies(text: string): PiScript {
  return async function* () {
    yield { type: "message_start" };
    for (const [delta] of text.matchAll(/.{1,40}/gs)) yield { type: "text", delta };
    // What is to go out has the time to.
    await new Promise((resolve) => setImmediate(resolve));
    yield { type: "end", reason: "error", error: "pi died", died: true, usage: USAGE };
  };
}

describe.each(MODES)("in the mode %s", (streamingMode) => {
  test("a long answer ends up visible once, whole, in order; no draft is left", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.pi.script = slowly(world, LONG);
    await world.say("1", "tell me");
    await world.pass(60_000);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
    expect(platform.draft).toBeUndefined();
    expect(world.endings()).toHaveLength(1);
  });

  test("a short answer is one message", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.pi.script = answer("Yes.");
    await world.say("1", "really?");
    await world.pass(5000);
    expect(platform.transcript()).toEqual(["Yes."]);
    expect(platform.calls.map(({ kind }) => kind)).toEqual(["send"]);
  });

  test("a pi that dies while it writes, and begins anew, says everything once", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.pi.script = inTurn(dies(LONG.slice(0, 2500)), dies(LONG.slice(0, 1500)), answer(LONG));
    await world.say("1", "tell me");
    await world.pass(60_000);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
    expect(world.endings()).toHaveLength(1);
  });

  test("a turn that a person stops keeps what was said, and says that it is not all", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.pi.script = hang(LONG);
    await world.say("1", "tell me");
    await world.pass(3000);
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(30_000);
    expect(words(platform.transcript().join(" "))).toBe(words(`${LONG} *Stopped.*`));
    expect(platform.draft).toBeUndefined();
  });

  test("whose answer nobody is to see shows nothing in the end", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.pi.script = answer("NO_REPLY");
    await world.say("1", "hm");
    await world.pass(5000);
    expect(platform.transcript()).toEqual([]);
    expect(platform.calls).toEqual([]);
  });

  test("what a plugin takes out of what is said is in nothing that stays", async () => {
    await using stage = await open({ streamingMode });
    const { world, platform } = stage;
    world.hooks.add(
      ["message_sending"],
      (context) => {
        if (context.message.kind !== "text") return;
        context.message = { ...context.message, markdown: context.message.markdown.replaceAll("word", "•") };
      },
      "test",
    );
    world.pi.script = slowly(world, LONG);
    await world.say("1", "tell me");
    await world.pass(60_000);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG.replaceAll("word", "•")));
  });

  test.each(["off", "first", "all"] as const)("parts quote what they answer: %s", async (replyToMode) => {
    await using stage = await open({ streamingMode, replyToMode }, 1500);
    const { world, platform } = stage;
    world.pi.script = slowly(world, LONG);
    await world.say("7", "tell me");
    await world.pass(60_000);
    const quotes = [...platform.visible.keys()].map((id) => platform.quotes.get(id));
    expect(quotes.length).toBeGreaterThan(1);
    const [first, ...others] = quotes;
    expect(first).toBe(replyToMode === "off" ? undefined : "7");
    expect(new Set(others)).toEqual(new Set([replyToMode === "all" ? "7" : undefined]));
  });

  test("an error notice quotes what it is about", async () => {
    await using stage = await open({ streamingMode, replyToMode: "first" });
    const { world, platform } = stage;
    world.pi.script = async function* () {
      yield { type: "end", reason: "error", error: "401 invalid api key", usage: USAGE };
    };
    await world.say("7", "tell me");
    await world.pass(5000);
    expect(platform.transcript()).toEqual([expect.stringContaining("401")]);
    expect([...platform.quotes.values()]).toEqual(["7"]);
  });
});

describe("off", () => {
  test("shows nothing before the end", async () => {
    await using stage = await open({ streamingMode: "off" });
    const { world, platform } = stage;
    world.pi.script = hang(LONG);
    await world.say("1", "tell me");
    await world.pass(60_000);
    expect(platform.calls).toEqual([]);
  });
});

describe("partial", () => {
  test("the first text is visible 250 ms after the first word, the whole one at once after the last", async () => {
    await using stage = await open({ streamingMode: "partial" });
    const { world, platform } = stage;
    const text = `Well, ${"let me see what there is to say about it ".repeat(20)}`.trim();
    world.pi.script = slowly(world, text, 2);
    await world.say("1", "tell me");
    const beganMs = world.clock.now();
    await world.pass(text.length * 5 - 1);
    expect(platform.calls[0]?.atMs).toBeLessThanOrEqual(beganMs + 250);
    const before = platform.calls.length;
    expect(before).toBeLessThanOrEqual(2 + (text.length * 5) / 1000);
    await world.pass(20);
    expect(platform.calls).toHaveLength(before + 1);
    expect(platform.transcript()).toEqual([text]);
  });

  test("a short answer that a model takes its time for needs two calls", async () => {
    await using stage = await open({ streamingMode: "partial" });
    const { world, platform } = stage;
    world.pi.script = slowly(world, "It is forty-two, as everybody knows by now, is it not?", 1);
    await world.say("1", "what is it?");
    await world.pass(10_000);
    expect(platform.calls.map(({ kind }) => kind)).toEqual(["send", "edit"]);
  });

  test("pages grow one by one and become messages one to one; what is too much is taken back", async () => {
    await using stage = await open({ streamingMode: "partial" }, 1000);
    const { world, platform } = stage;
    const text = "The end.";
    world.pi.script = async function* (prompt, pi, signal) {
      yield { type: "message_start" };
      yield { type: "text", delta: LONG };
      await world.clock.sleep(10_000);
      yield* answer(text)(prompt, pi, signal);
    };
    await world.say("1", "tell me");
    await world.pass(9000);
    expect(platform.transcript().length).toBeGreaterThan(2);
    await world.pass(20_000);
    expect(platform.transcript()).toEqual([text]);
  });

  test("when a long answer ends, what its complete pages say is not sent again: all of it is there at once", async () => {
    await using stage = await open({ streamingMode: "partial" }, 1500);
    const { world, platform } = stage;
    world.pi.script = slowly(world, LONG, 4);
    await world.say("1", "tell me");
    await world.pass((LONG.length / 4) * 10);
    const before = platform.calls.length;
    await world.pass(100);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
    expect(platform.calls.length - before).toBeLessThanOrEqual(1);
    expect(platform.transcript().length).toBeGreaterThan(2);
  });

  test("tools and thoughts are in the preview and in nothing that stays", async () => {
    await using stage = await open({ streamingMode: "partial", showThinking: true });
    const { world, platform } = stage;
    world.pi.script = withTool(world, "Done, and all of it.");
    await world.say("1", "do it");
    await world.pass(1000);
    expect(platform.transcript()).toEqual(["> 💭 I should run the tests."]);
    await world.pass(2000);
    expect(platform.transcript()).toEqual(["> 💭 I should run the tests.\n\n⚙ bash: `npm test`"]);
    await world.pass(20_000);
    expect(platform.transcript()).toEqual(["Done, and all of it."]);
    const { rows } = await world.store.history(SESSION, { limit: 10 });
    expect(rows.map(({ text }) => text)).toEqual(["do it", "Done, and all of it."]);
    const deltas = world.events.flatMap(({ event }) => (event.kind === "delta" ? [event.delta] : []));
    expect(deltas.join("")).toBe("Done, and all of it.");
  });
});

/** Thinks, runs a tool for ten seconds, and answers. */
function withTool(world: PathWorld, text: string): PiScript {
  return async function* (prompt, pi, signal) {
    const of = { id: "t1", tool: "bash" };
    const events: AgentEvent[] = [
      { type: "message_start" },
      { type: "thinking", delta: "I should run the tests." },
    ];
    yield* events;
    await world.clock.sleep(500);
    yield { type: "message_end", text: "", stopReason: "toolUse" };
    yield { type: "tool_start", ...of, params: { command: "npm test" } };
    await world.clock.sleep(10_000);
    yield { type: "tool_end", ...of, result: { content: [], isError: false } };
    yield* answer(text)(prompt, pi, signal);
  };
}

describe("draft", () => {
  test("is shown again while a tool runs and nothing new comes, and no longer than the turn", async () => {
    await using stage = await open({ streamingMode: "draft" });
    const { world, platform } = stage;
    world.pi.script = async function* (prompt, pi, signal) {
      yield { type: "tool_start", id: "t1", tool: "bash", params: { command: "make" } };
      await world.clock.sleep(100_000);
      yield { type: "tool_end", id: "t1", tool: "bash", result: { content: [], isError: false } };
      yield* answer("Built.")(prompt, pi, signal);
    };
    await world.say("1", "build it");
    await world.pass(1600);
    for (let second = 2; second < 100; second += 7) {
      expect(platform.draft).toBe("⚙ bash: `make`");
      await world.pass(7000);
    }
    await world.pass(10_000);
    expect(platform.transcript()).toEqual(["Built."]);
    const calls = platform.calls.length;
    await world.pass(100_000);
    expect(platform.calls).toHaveLength(calls);
  });

  test("is a preview like any other where a chat has no drafts", async () => {
    await using stage = await open({ streamingMode: "draft" });
    const { world, platform } = stage;
    platform.openStream = async () => undefined;
    world.pi.script = slowly(world, "It is forty-two, as everybody knows by now, is it not?", 1);
    await world.say("1", "what is it?");
    await world.pass(10_000);
    expect(platform.calls.map(({ kind }) => kind)).toEqual(["send", "edit"]);
  });
});

describe("block", () => {
  test("finished pieces are messages of their own while pi works", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = hang(LONG);
    await world.say("1", "tell me");
    await world.pass(10_000);
    expect(platform.transcript()).toEqual(["One", "Two", "Three"].map(paragraph));
    expect(platform.calls.every(({ kind }) => kind === "send")).toBe(true);
  });

  test("what is said on the way to a tool is there while the tool works, and not said again", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = async function* (prompt, pi, signal) {
      yield* answerOnce(pi, "Let me look.", "toolUse");
      yield { type: "tool_start", id: "t1", tool: "bash", params: {} };
      await world.clock.sleep(10_000);
      yield { type: "tool_end", id: "t1", tool: "bash", result: { content: [], isError: false } };
      yield* answer("It is 42.")(prompt, pi, signal);
    };
    await world.say("1", "what is it?");
    await world.pass(1000);
    expect(platform.transcript()).toEqual(["Let me look."]);
    await world.pass(20_000);
    expect(platform.transcript()).toEqual(["Let me look.", "It is 42."]);
  });

  test("each piece is a row of the history, and whoever watches is told of it", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world } = stage;
    world.pi.script = slowly(world, LONG);
    await world.say("1", "tell me");
    await world.pass(60_000);
    const { rows } = await world.store.history(SESSION, { limit: 10 });
    expect(rows.map(({ text }) => text)).toEqual([
      "tell me",
      ...["One", "Two", "Three", "Four"].map(paragraph),
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(5);
    const said = world.events.flatMap(({ event }) => (event.kind === "said" ? [event.text] : []));
    expect(said).toEqual(["One", "Two", "Three"].map(paragraph));
  });

  test("after a crash pi is told what was read already, and nothing is said twice", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = hang(LONG.slice(0, 2500));
    await world.say("1", "tell me");
    await world.pass(10_000);
    const before = platform.transcript();
    expect(before.length).toBeGreaterThan(1);
    await world.crash();
    const rest = LONG.slice(before.join("\n\n").length).trim();
    world.pi.script = answer(rest);
    await world.restart();
    await world.pass(60_000);
    const [asked, again] = world.pi.prompts.map(({ text }) => text);
    expect(again).toStartWith(`${asked}\n\n[gateway] You had begun to answer`);
    expect(again).toEndWith(before.join("\n\n"));
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
  });

  test("a shutdown that does not count as an attempt loses no piece", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = hang(LONG.slice(0, 1200));
    await world.say("1", "tell me");
    await world.pass(5000);
    await world.stop();
    world.pi.script = hang(LONG.slice(0, 2200));
    await world.restart();
    await world.pass(5000);
    await world.stop();
    world.pi.script = answer(LONG);
    await world.restart();
    await world.pass(60_000);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
  });

  test("a turn that has begun to speak goes on like that when the settings change", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = hang(LONG.slice(0, 2500));
    await world.say("1", "tell me");
    await world.pass(10_000);
    await world.crash();
    platform.settings = () => ({
      ...TalkingPlatform.prototype.settings.call(platform),
      streamingMode: "partial",
    });
    world.pi.script = answer(LONG);
    await world.restart();
    await world.pass(60_000);
    expect(words(platform.transcript().join(" "))).toBe(words(LONG));
  });

  test("an answer that stood when a message joined is said before the next one, both once", async () => {
    await using stage = await open({ streamingMode: "block" });
    const { world, platform } = stage;
    world.pi.script = steerable(() => world.clock.sleep(1000));
    await world.say("1", "one");
    await world.say("2", "two");
    await world.pass(60_000);
    expect(platform.transcript()).toEqual(["re: one", "re: two"]);
    expect(world.endings()).toEqual(["1+2: final re: two"]);
  });
});

describe("a rate limit", () => {
  const limited = (isAccountWide: boolean) =>
    new ChannelError("rate-limited", "429", { retry: { afterMs: 20_000 }, isAccountWide });

  test.each([
    ["of one chat", false, 1],
    ["of the whole account", true, 0],
  ])("%s, met by an answer, holds what it says", async (_, isAccountWide, inOtherChat) => {
    await using stage = await open({ streamingMode: "off" });
    const { world, platform } = stage;
    platform.failures.push(limited(isAccountWide));
    await world.say("1", "hello");
    await world.pass(1000);
    await world.say("2", "hello", { address: { ...CHAT, chat: "other" } });
    await world.pass(10_000);
    expect(platform.transcript()).toHaveLength(inOtherChat);
    await world.pass(20_000);
    expect(platform.transcript()).toHaveLength(2);
  });

  test("of the whole account, met by a preview, holds the other chats as well", async () => {
    await using stage = await open({ streamingMode: "partial" });
    const { world, platform } = stage;
    platform.failures.push(limited(true));
    world.pi.script = hang("Something that is long enough to be shown at once.");
    await world.say("1", "hello");
    await world.pass(1000);
    await world.say("2", "hello", { address: { ...CHAT, chat: "other" } });
    await world.pass(10_000);
    expect(platform.transcript()).toEqual([]);
    await world.pass(20_000);
    expect(platform.transcript()).toHaveLength(2);
  });
});

test("where people watch the turn itself, nothing is shown in the chat before the end", async () => {
  const capabilities = { showsTurnEvents: true };
  let platform: TalkingPlatform | undefined;
  await using world = await new PathWorld({
    platform: (clock) =>
      (platform = new TalkingPlatform(clock.now, { streamingMode: "block" }, capabilities)),
  }).start();
  world.pi.script = hang(LONG);
  await world.say("1", "tell me");
  await world.pass(60_000);
  expect(platform?.calls).toEqual([]);
});
