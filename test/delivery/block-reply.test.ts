import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { BlockReply, type SaidMessage } from "../../src/delivery/block-reply.ts";
import { silentLogger } from "../../src/lib/logger.ts";

const paragraph = (name: string) => `${name} ${"word ".repeat(180)}end.`;
const ONE = paragraph("One");
const TWO = paragraph("Two");
const THREE = paragraph("Three");
const WHOLE = [ONE, TWO, THREE].join("\n\n");

const start: AgentEvent = { type: "message_start" };
const end = (text: string, stopReason = "stop"): AgentEvent => ({ type: "message_end", text, stopReason });
const written = (text: string): AgentEvent[] =>
  Array.from(text.matchAll(/.{1,7}/gs), ([delta]) => ({ type: "text", delta }));
const message = (text: string, stopReason?: string) => [start, ...written(text), end(text, stopReason)];

/** One attempt at a turn: what it says on the way, and what is left for the end. */
async function attempt(
  events: readonly AgentEvent[],
  earlier: { readonly said?: readonly string[]; readonly messages?: readonly SaidMessage[] } = {},
) {
  const posted: string[] = [];
  const post = async (words: string) => void posted.push(words);
  const { signal } = new AbortController();
  const reply = new BlockReply({ said: earlier.said ?? [], post, signal, log: silentLogger });
  const begun = reply.resume(earlier.messages ?? []);
  for (const event of events) reply.see(event);
  const rest = await reply.close("the whole answer");
  return { posted, rest, begun, hasSpoken: reply.hasSpoken };
}

describe("while an answer is written", () => {
  test("finished pieces go out, and the end is left for the end", async () => {
    expect(await attempt(message(WHOLE))).toMatchObject({ posted: [ONE, TWO], rest: THREE, hasSpoken: true });
  });

  test("a short answer waits until it is complete", async () => {
    expect(await attempt(message("Yes."))).toMatchObject({ posted: [], rest: "Yes.", hasSpoken: false });
  });

  test("what is said on the way to a tool is said, and not again at the end", async () => {
    const events = [...message("Let me look.", "toolUse"), ...message("It is 42.")];
    expect(await attempt(events)).toMatchObject({ posted: ["Let me look."], rest: "It is 42." });
    expect(await attempt([...message("Done.", "toolUse"), start, end("")])).toMatchObject({
      posted: ["Done."],
      rest: "",
    });
  });

  test("an answer that stands when a message joins is said before the next one", async () => {
    const events = [...message("One."), { type: "steered", text: "and?" } as const, ...message("Two.")];
    expect(await attempt(events)).toMatchObject({ posted: ["One."], rest: "Two." });
  });

  test("silence is nothing", async () => {
    expect(await attempt(message("NO_REPLY"))).toMatchObject({ posted: [], rest: "" });
    expect(await attempt([...message("NO_REPLY", "toolUse"), ...message("Yes.")])).toMatchObject({
      posted: [],
      rest: "Yes.",
    });
  });

  test("what was not asked of the model is said whole", async () => {
    expect(await attempt([])).toMatchObject({ posted: [], rest: "the whole answer" });
  });

  test("a text that is not complete is said as far as it goes", async () => {
    expect(await attempt([start, ...written(`${ONE}\n\nTwo, ha`)])).toMatchObject({
      posted: [ONE],
      rest: "Two, ha",
    });
  });
});

describe("a model that fails on the way", () => {
  test("and then says the same says nothing twice", async () => {
    const events = [start, ...written(`${ONE}\n\nTwo, ha`), end("", "error"), ...message(WHOLE)];
    expect(await attempt(events)).toMatchObject({ posted: [ONE, TWO], rest: THREE });
  });

  test("and goes on elsewhere is heard whole", async () => {
    const events = [start, ...written(`${ONE}\n\n`), end("", "error"), ...message("Other words.")];
    expect(await attempt(events)).toMatchObject({ posted: [ONE], rest: "Other words." });
  });

  test("again and again, says nothing twice either", async () => {
    const half = [start, ...written(`${ONE}\n\n`), end("", "error")];
    const less = [start, ...written(ONE.slice(0, 100)), end("", "error")];
    const more = [start, ...written(`${ONE}\n\n${TWO}\n\n`)];
    expect(await attempt([...half, ...less, ...more, ...message(WHOLE)])).toMatchObject({
      posted: [ONE, TWO],
      rest: THREE,
    });
  });
});

describe("after a crash", () => {
  test("in the middle of the answer, a model that begins anew says nothing twice", async () => {
    const resumed = await attempt(message(WHOLE), { said: [ONE] });
    expect(resumed).toMatchObject({ begun: ONE, posted: [TWO], rest: THREE, hasSpoken: true });
  });

  test("in the middle of the answer, a model that goes on is heard whole", async () => {
    const resumed = await attempt(message(`${TWO}\n\n${THREE}`), { said: [ONE] });
    expect(resumed).toMatchObject({ posted: [TWO], rest: THREE });
  });

  test("behind the answer, what has not been said of it is", async () => {
    const messages = [
      { text: "Let me look.", stopReason: "toolUse" },
      { text: WHOLE, stopReason: "stop" },
    ];
    const resumed = await attempt([], { said: ["Let me look.", ONE], messages });
    expect(resumed).toMatchObject({ begun: "", posted: [], rest: `${TWO}\n\n${THREE}` });
    expect(await attempt([], { said: ["Let me look.", ONE, TWO, THREE], messages })).toMatchObject({
      posted: [],
      rest: "",
    });
  });

  test("before what was said on the way went out, it goes out", async () => {
    const messages = [{ text: "Let me look.", stopReason: "toolUse" }];
    expect(await attempt(message("It is 42."), { messages })).toMatchObject({
      posted: ["Let me look."],
      rest: "It is 42.",
    });
  });

  test("behind a tool, the answer that had begun is not said again", async () => {
    const messages = [{ text: "Let me look.", stopReason: "toolUse" }];
    const resumed = await attempt(message(WHOLE), { said: ["Let me look.", ONE], messages });
    expect(resumed).toMatchObject({ begun: ONE, posted: [TWO], rest: THREE });
  });

  test("a model that stops within what has been said has nothing more to say", async () => {
    expect(await attempt(message(ONE), { said: [ONE, TWO] })).toMatchObject({ posted: [], rest: "" });
  });
});

describe("pieces that cannot be written down", () => {
  test("are part of the end, in order", async () => {
    let tries = 0;
    const post = async () => {
      tries += 1;
      if (tries === 2) throw new Error("disk full");
    };
    const { signal } = new AbortController();
    const reply = new BlockReply({ said: [], post, signal, log: silentLogger });
    for (const event of message([ONE, TWO, THREE, "End."].join("\n\n"))) reply.see(event);
    expect(await reply.close("")).toBe([TWO, THREE, "End."].join("\n\n"));
    expect(tries).toBe(2);
  });

  test("because the turn was stopped are not said by a turn that is no longer ours", async () => {
    const posted: string[] = [];
    const stop = new AbortController();
    const post = async (words: string) => void posted.push(words);
    const reply = new BlockReply({ said: [], post, signal: stop.signal, log: silentLogger });
    stop.abort();
    for (const event of message(WHOLE)) reply.see(event);
    expect(await reply.close("")).toBe(WHOLE);
    expect(posted).toEqual([]);
  });
});
