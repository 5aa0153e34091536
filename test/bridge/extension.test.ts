import { beforeEach, expect, test } from "bun:test";
import { type BridgeAnswer, BRIDGE_TITLE, MANIFEST_VARIABLE } from "../../src/bridge/protocol.ts";

// Read when the file is loaded, as inside pi.
process.env[MANIFEST_VARIABLE] = JSON.stringify({
  hooks: [
    "before_agent_start",
    "before_tool_call",
    "after_tool_call",
    "tool_result_persist",
    "before_compaction",
    "after_compaction",
  ],
  tools: [{ name: "hello", description: "Says hello.", parameters: { type: "object" } }],
});
const { default: bridge } = await import("../../src/bridge/extension.ts");

interface Tool {
  readonly name: string;
  execute(...args: unknown[]): Promise<unknown>;
}
type Listener = (event: object, ctx: object) => Promise<unknown>;

const listeners = new Map<string, Listener>();
const tools: Tool[] = [];
bridge({
  on: (event: string, listener: unknown) => void listeners.set(event, listener as Listener),
  registerTool: (tool: object) => void tools.push(tool as Tool),
});

let answer: BridgeAnswer | string | undefined | Error;
let asked: Record<string, unknown>[] = [];
beforeEach(() => {
  answer = {};
  asked = [];
});

const ctx = {
  ui: {
    async input(title: string, text: string) {
      expect(title).toBe(BRIDGE_TITLE);
      asked.push(JSON.parse(text));
      if (answer instanceof Error) throw answer;
      return answer === undefined || typeof answer === "string" ? answer : JSON.stringify(answer);
    },
  },
};
const happens = (name: string, event: object) => listeners.get(name)!(event, ctx);
const toolCall = () => ({ toolName: "bash", toolCallId: "c1", input: { command: "ls", timeout: 1 } });

test("it listens to what is in the manifest", () => {
  expect([...listeners.keys()].toSorted()).toEqual([
    "before_agent_start",
    "message_end",
    "session_before_compact",
    "session_compact",
    "tool_call",
    "tool_result",
  ]);
  expect(tools.map(({ name }) => name)).toEqual(["hello"]);
});

test("a call is blocked, changed, or left alone, as the gateway says", async () => {
  answer = { block: "no" };
  expect(await happens("tool_call", toolCall())).toEqual({ block: true, reason: "no" });
  answer = { params: { command: "echo" } };
  const changed = toolCall();
  expect(await happens("tool_call", changed)).toBeUndefined();
  expect(changed.input).toEqual({ command: "echo" } as never);
  answer = {};
  const same = toolCall();
  await happens("tool_call", same);
  expect(same).toEqual(toolCall());
});

test("a guard that cannot be asked keeps the gate shut, whatever is wrong", async () => {
  for (const broken of [{ error: "down" }, undefined, "not json", new Error("the pipe is gone")]) {
    answer = broken;
    expect(await happens("tool_call", toolCall())).toMatchObject({ block: true });
  }
});

test("a result is replaced only by an answer that has one", async () => {
  const result = { ...toolCall(), content: [{ type: "text", text: "secret" }], details: { code: 0 } };
  answer = { result: { content: [], isError: false } };
  expect(await happens("tool_result", result)).toEqual({ content: [], isError: false });
  expect(asked[0]).toMatchObject({
    call: "after_tool_call",
    params: { command: "ls" },
    result: { details: { code: 0 } },
  });
  answer = { error: "down" };
  expect(await happens("tool_result", result)).toBeUndefined();
});

test("only results of tools are changed on their way into the transcript", async () => {
  answer = { result: { content: [] } };
  expect(await happens("message_end", { message: { role: "user", content: [] } })).toBeUndefined();
  expect(asked).toEqual([]);
  const message = {
    role: "toolResult",
    toolName: "bash",
    toolCallId: "c1",
    content: [{ type: "text", text: "x" }],
  };
  expect(await happens("message_end", { message })).toEqual({ message: { ...message, content: [] } });
});

test("what is kept of a result is settled once, and again only where something else has changed it since", async () => {
  const content = [{ type: "text", text: "x" }];
  const message = { role: "toolResult", toolName: "bash", toolCallId: "c1", content };
  const calls = () => asked.splice(0).map(({ call }) => call);
  for (const text of ["x", "y"]) {
    await happens("tool_result", { ...toolCall(), content });
    expect(calls()).toEqual(["after_tool_call", "tool_result_persist"]);
    await happens("message_end", { message: { ...message, content: [{ type: "text", text }] } });
    expect(calls()).toEqual(text === "x" ? [] : ["tool_result_persist"]);
  }
});

test("what hooks add to the system prompt stands behind pi's own words", async () => {
  answer = { systemPrompt: "Say moo." };
  const start = () => happens("before_agent_start", { systemPrompt: "You are pi." });
  expect(await start()).toEqual({ systemPrompt: "You are pi.\n\nSay moo." });
  for (const nothing of [{}, { error: "down" }]) {
    answer = nothing;
    expect(await start()).toBeUndefined();
  }
});

test("a compaction is cancelled only by a block", async () => {
  answer = { block: "not now" };
  expect(await happens("session_before_compact", {})).toEqual({ cancel: true });
  answer = { error: "down" };
  expect(await happens("session_before_compact", {})).toBeUndefined();
  await happens("session_compact", {});
  expect(asked.at(-1)).toEqual({ call: "after_compaction" });
});

test("a tool gives back what the gateway says, and its failure is an error for the model", async () => {
  const execute = () => tools[0]!.execute("c1", { a: 1 }, undefined, undefined, ctx);
  answer = { result: { content: [{ type: "text", text: "hello" }] } };
  expect(await execute()).toEqual({ content: [{ type: "text", text: "hello" }], details: {} });
  expect(asked).toEqual([{ call: "tool", tool: "hello", toolCallId: "c1", params: { a: 1 } }]);
  answer = { error: "not today" };
  expect(execute()).rejects.toThrow("not today");
  answer = { result: { content: [{ type: "text", text: "it failed" }], isError: true } };
  expect(execute()).rejects.toThrow("it failed");
});
