import { expect, test } from "bun:test";
import type { AgentEvent, ToolOutput } from "../../src/core/agent.ts";
import type { HookName } from "../../src/core/hooks.ts";
import type { Turn } from "../../src/core/store.ts";
import type { TurnEvent } from "../../src/core/turn-events.ts";
import { ReplyText } from "../../src/delivery/reply-text.ts";
import { TurnView } from "../../src/pipeline/turn-view.ts";
import { SESSION } from "../fakes/path-world.ts";

const said = (text: string): ToolOutput => ({ content: [{ type: "text", text }], isError: false });
const bash = { id: "c1", tool: "bash" };
const RUN: readonly AgentEvent[] = [
  { type: "tool_start", ...bash, params: { command: "env" } },
  { type: "tool_update", ...bash, result: said("half a secret") },
  { type: "tool_end", ...bash, result: said("a secret") },
  { type: "tool_kept", ...bash, result: said("[redacted]") },
];

/** What people see of a tool while these hooks are registered. */
function shown(...registered: HookName[]): unknown[] {
  const events: TurnEvent[] = [];
  const turn = { id: "1", session: SESSION, messages: [] } as unknown as Turn; // A view needs no more of one.
  const publish = (_session: unknown, event: TurnEvent) => void events.push(event);
  const hooks = { has: (name: HookName) => registered.includes(name) };
  const view = new TurnView(turn, () => [], { publish }, undefined, hooks);
  const text = new ReplyText();
  for (const event of RUN) view.show(event, text);
  return events.map((event) => event.kind === "tool" && [event.phase, event.result?.content[0]]);
}

test("a tool is shown as it runs, and its end once", () => {
  expect(shown()).toEqual([
    ["start", undefined],
    ["update", { type: "text", text: "half a secret" }],
    ["end", { type: "text", text: "a secret" }],
  ]);
});

test("where hooks change what is kept of a result, people see that and nothing before it", () => {
  expect(shown("tool_result_persist")).toEqual([
    ["start", undefined],
    ["update", undefined],
    ["end", { type: "text", text: "[redacted]" }],
  ]);
});

test("where hooks change results, nobody sees one that they have not seen yet", () => {
  expect(shown("after_tool_call")).toEqual([
    ["start", undefined],
    ["update", undefined],
    ["end", { type: "text", text: "a secret" }],
  ]);
});
