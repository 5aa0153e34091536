import { expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { TurnWatch } from "../../src/pipeline/turn-watch.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const text: AgentEvent = { type: "text", delta: "x" };
const toolStart: AgentEvent = { type: "tool_start", id: "t", tool: "bash", params: {} };
const toolEnd: AgentEvent = {
  type: "tool_end",
  id: "t",
  tool: "bash",
  result: { content: [], isError: false },
};
const question = (open: boolean): AgentEvent => ({ type: "question", open });

function watching() {
  const clock = new FakeClock();
  const watch = new TurnWatch(clock, { timeoutMs: 1000, stuckMs: 100 });
  const over = new AbortController();
  let passed: string | undefined;
  const done = watch.limitPassed(over.signal).then((limit) => (passed = limit));
  return { clock, watch, over, done, passed: () => passed };
}

test("silence for too long is noticed", async () => {
  const { clock, passed } = watching();
  await clock.advance(99);
  expect(passed()).toBeUndefined();
  await clock.advance(1);
  expect(passed()).toBe("stuck");
});

test("every sign of life begins the time anew, until the deadline", async () => {
  const { clock, watch, passed } = watching();
  for (let at = 0; at < 990; at += 90) {
    watch.see(text);
    await clock.advance(90);
  }
  expect(passed()).toBeUndefined();
  watch.see(text);
  await clock.advance(20);
  expect(passed()).toBe("timeout");
});

test.each([
  ["a tool runs", toolStart, toolEnd],
  ["a question is open", question(true), question(false)],
] as const)("while %s, silence does not count; afterwards it does", async (_, opens, closes) => {
  const { clock, watch, passed } = watching();
  watch.see(opens);
  await clock.advance(500);
  expect(passed()).toBeUndefined();
  watch.see(closes);
  await clock.advance(250);
  expect(passed()).toBe("stuck");
});

test("a turn that is over is not watched any more", async () => {
  const { clock, over, done } = watching();
  over.abort();
  expect(await done).toBeUndefined();
  expect(clock.sleeping).toBe(0);
});
