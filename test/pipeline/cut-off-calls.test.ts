import { expect, test } from "bun:test";
import type { TranscriptEntry } from "../../src/core/agent.ts";
import type { Delivery, SaidByTool, Turn } from "../../src/core/store.ts";
import { CutOffCalls } from "../../src/pipeline/cut-off-calls.ts";
import { CHAT, SESSION } from "../fakes/path-world.ts";

const said = (call: string, markdown: string): SaidByTool => ({
  key: `turn1/tool/${call}`,
  to: CHAT,
  message: { kind: "text", markdown },
});

/** A call that says these texts, part by part. */
const saying = (...texts: string[]): Delivery[] =>
  texts.map((markdown, part) => ({ key: `new/${part}`, to: CHAT, message: { kind: "text", markdown } }));

function callsOf(
  left: readonly SaidByTool[],
  answered: readonly string[] = [],
  isResumed = true,
): CutOffCalls {
  const turn: Turn = {
    id: "turn1",
    session: SESSION,
    messages: [],
    attempt: 2,
    previews: [],
    collapsed: 0,
    steered: [],
    ...(isResumed ? { prompted: { text: "go" } } : {}),
  };
  const entries = answered.map((toolCallId): TranscriptEntry => ({
    id: toolCallId,
    role: "tool",
    text: "",
    toolCallId,
  }));
  return new CutOffCalls({
    outbox: { saidByTools: async () => left },
    turn: () => turn,
    agent: () => ({ transcriptAfter: async () => entries }),
  });
}

test("a call that was cut off is taken over by one that says the same, once for each time it was said", async () => {
  const calls = callsOf([said("a", "ping"), said("b", "ping")]);
  expect(await calls.adopt(SESSION, saying("ping"))).toBe("turn1/tool/a");
  expect(await calls.adopt(SESSION, saying("ping"))).toBe("turn1/tool/b");
  expect(await calls.adopt(SESSION, saying("ping"))).toBeUndefined();
});

test("what pi knows of was no accident: saying it again says it again", async () => {
  const calls = callsOf([said("a", "ping"), said("b", "ping")], ["a"]);
  expect(await calls.adopt(SESSION, saying("ping"))).toBe("turn1/tool/b");
  expect(await calls.adopt(SESSION, saying("ping"))).toBeUndefined();
});

test("a long text is one call, whole or not at all", async () => {
  const parts = [said("a", "one"), said("a/1", "two")];
  expect(await callsOf(parts).adopt(SESSION, saying("one"))).toBeUndefined();
  expect(await callsOf(parts).adopt(SESSION, saying("one", "two"))).toBe("turn1/tool/a");
  expect(await callsOf(parts, ["a"]).adopt(SESSION, saying("one", "two"))).toBeUndefined();
});

test("other words, another chat, and a turn that was never interrupted say what they say", async () => {
  const left = [said("a", "ping")];
  expect(await callsOf(left).adopt(SESSION, saying("pong"))).toBeUndefined();
  const elsewhere = saying("ping").map((part) => ({ ...part, to: { ...CHAT, chat: "43" } }));
  expect(await callsOf(left).adopt(SESSION, elsewhere)).toBeUndefined();
  expect(await callsOf(left, [], false).adopt(SESSION, saying("ping"))).toBeUndefined();
});
