import { describe, expect, test } from "bun:test";
import type { AgentEvent, ToolOutput } from "../../src/core/agent.ts";
import { Activity, type ActivityWishes } from "../../src/delivery/activity.ts";
import { redactText } from "../../src/lib/redact-text.ts";

const result = (isError = false): ToolOutput => ({ content: [], isError });
const start = (id: string, tool: string, params: Record<string, unknown> = {}): AgentEvent => ({
  type: "tool_start",
  id,
  tool,
  params,
});
const end = (id: string, isError = false): AgentEvent => ({
  type: "tool_end",
  id,
  tool: "t",
  result: result(isError),
});
const thinking = (delta: string): AgentEvent => ({ type: "thinking", delta });

function activityAfter(events: readonly AgentEvent[], wishes: Partial<ActivityWishes> = {}): Activity {
  const redact = (text: string) => redactText(text, ["hunter2!"]);
  const all = { showTools: true, showThinking: true, redact, clock: { now: () => 5 }, ...wishes };
  const activity = new Activity(all);
  for (const event of events) activity.see(event);
  return activity;
}

describe("tools at work", () => {
  test("are a line each: what runs, what came of it", () => {
    const ran = [start("1", "bash", { command: "npm test" }), start("2", "read", { path: "a.ts" }), end("1")];
    expect(activityAfter(ran).tools).toBe("✓ bash: `npm test`\n⚙ read: `a.ts`");
    expect(activityAfter([...ran, end("2", true)]).tools).toBe("✓ bash: `npm test`\n✗ read: `a.ts`");
  });

  test("are forgotten when the agent says what it found, but for those still at work", () => {
    const ran = [start("1", "bash"), start("2", "read"), end("1"), { type: "text", delta: "So" } as const];
    expect(activityAfter(ran).tools).toBe("⚙ read");
    expect(activityAfter([...ran, end("2"), { type: "text", delta: "." }]).tools).toBe("");
  });

  test("are the last few, however many there were", () => {
    const many = Array.from({ length: 40 }, (_, at) => [start(`${at}`, `t${at}`), end(`${at}`)]).flat();
    const atWork = Array.from({ length: 40 }, (_, at) => start(`r${at}`, `r${at}`));
    const lines = activityAfter([...many, ...atWork]).tools.split("\n");
    expect(lines).toEqual(["✓ t37", "✓ t38", "✓ t39", "⚙ r35", "⚙ r36", "⚙ r37", "⚙ r38", "⚙ r39"]);
  });

  test("are short, on one line, and letter for letter", () => {
    const line = (command: string) => activityAfter([start("1", "my_*tool*", { command })]).tools;
    expect(line("echo **hi** <b>")).toBe("⚙ my_tool: `echo **hi** <b>`");
    expect(line("a\n\nb")).toBe("⚙ my_tool: `a b`");
    expect(line("echo `date`")).toBe("⚙ my_tool: `` echo `date` ``");
    expect(line("x".repeat(500))).toBe(`⚙ my_tool: \`${"x".repeat(59)}…\``);
  });

  test("show no secret, not even half of one that the end of the line cuts", () => {
    const command = `curl -H "Authorization: Bearer abcdefghijklmnop" ${"x".repeat(5)} hunter2!`;
    const { tools } = activityAfter([start("1", "bash", { command })]);
    expect(tools).not.toContain("abcdef");
    expect(tools).not.toContain("hunter");
  });

  test("are not shown where nobody wants to see them", () => {
    expect(activityAfter([start("1", "bash")], { showTools: false }).tools).toBe("");
  });

  test("tell since when the oldest of them works", () => {
    expect(activityAfter([start("1", "bash")]).toolSinceMs).toBe(5);
    expect(activityAfter([start("1", "bash"), end("1")]).toolSinceMs).toBeUndefined();
  });
});

describe("what the model thinks", () => {
  test("is a quote of its last words", () => {
    expect(activityAfter([thinking("First\n"), thinking("then")]).thinking).toBe("> 💭 First\n> then");
    const { thinking: long } = activityAfter([thinking("word ".repeat(1000))]);
    expect(long.length).toBeLessThan(620);
    expect(long).toStartWith("> 💭 …word ");
    expect(long).toEndWith("word");
  });

  test("is gone when the next message begins, shows no secret, and is shown only to whoever asked for it", () => {
    expect(activityAfter([thinking("hm"), { type: "message_start" }]).thinking).toBe("");
    expect(activityAfter([thinking("it is hunter2!")]).thinking).toBe("> 💭 it is [redacted]");
    expect(activityAfter([thinking("hm")], { showThinking: false }).thinking).toBe("");
  });

  test("takes bounded memory and never half a character", () => {
    const { thinking: shown } = activityAfter(Array.from({ length: 5000 }, () => thinking("😀")));
    expect(shown.isWellFormed()).toBe(true);
    expect(shown).not.toContain("\uFFFD");
  });
});
