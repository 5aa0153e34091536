import { expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { type Config, configSchema } from "../../src/core/config-schema.ts";
import type { HookContext, HookHandler, HookName } from "../../src/core/hooks.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { beforeRun, RunRecord } from "../../src/pipeline/run-hooks.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { SESSION } from "../fakes/path-world.ts";

const config: Config = configSchema({}).parse({});
const image = { mimeType: "image/png", base64: "AA" };
const usage = { inputTokens: 1, outputTokens: 2, costUsd: 0 };

function hooksWith<Name extends HookName>(name: Name, handler: HookHandler<Name>): HookRegistry {
  const hooks = new HookRegistry(() => 1000, silentLogger);
  hooks.add([name], handler, "test");
  return hooks;
}

const asked = (handler: HookHandler<"before_agent_start">, text = "hello") =>
  beforeRun({ text, images: [image] }, SESSION, {
    hooks: hooksWith("before_agent_start", handler),
    config: () => config,
  });

test("what hooks inject stands around the prompt, and its images stay", async () => {
  expect(await asked(() => ({ prependContext: "It rains.", systemPrompt: "Be brief." }))).toEqual({
    text: "It rains.\n\nhello",
    images: [image],
    systemPrompt: "Be brief.",
  });
});

test("a command of pi's own stays at the start of the prompt: context goes behind pi's own words instead", async () => {
  const injected = () => ({ prependContext: "It rains.", systemPrompt: "Be brief." });
  expect(await asked(injected, "/skill:weather Berlin")).toMatchObject({
    text: "/skill:weather Berlin",
    systemPrompt: "It rains.\n\nBe brief.",
  });
});

test("a prompt may be replaced, or answered without pi", async () => {
  expect(await asked((context) => void (context.message = "bye"))).toMatchObject({ text: "bye" });
  expect(await asked(() => ({ block: "Closed." }))).toEqual({ answered: "Closed." });
});

/** What `agent_end` is told after these events. */
async function told(...events: AgentEvent[]): Promise<HookContext<"agent_end">[]> {
  const contexts: HookContext<"agent_end">[] = [];
  const hooks = hooksWith("agent_end", (context) => void contexts.push(context));
  const record = new RunRecord({ text: "hello", images: [] }, SESSION, hooks);
  for (const event of events) record.see(event);
  return contexts;
}

test("a run is told in order, with the calls of each answer and the results as they are kept", async () => {
  const one = { id: "1", tool: "bash" };
  const two = { id: "2", tool: "read" };
  const result = { content: [{ type: "text", text: "kept" } as const], isError: false };
  const messages = await told(
    { type: "message_end", text: "let me see", stopReason: "toolUse" },
    { type: "tool_start", ...one, params: { a: 1 } },
    { type: "tool_start", ...two, params: {} },
    { type: "tool_end", ...one, result: { ...result, content: [{ type: "text", text: "raw" }] } },
    { type: "tool_kept", ...one, result },
    {
      type: "tool_kept",
      ...two,
      result: { content: [{ type: "image", data: "AA", mimeType: "image/png" }], isError: false },
    },
    { type: "message_end", text: "done", stopReason: "stop" },
    { type: "end", reason: "stop", usage },
  );
  const calls = [
    { tool: "bash", params: { a: 1 } },
    { tool: "read", params: {} },
  ];
  expect(messages).toEqual([
    {
      sessionKey: SESSION,
      usage,
      messages: [
        { role: "user", text: "hello" },
        { role: "assistant", text: "let me see", stopReason: "toolUse", toolCalls: calls },
        { role: "tool", text: "kept" },
        { role: "tool", text: "[image]" },
        { role: "assistant", text: "done", stopReason: "stop" },
      ],
    },
  ]);
});

test("a run that failed says why, once", async () => {
  const end = { type: "end", reason: "error", usage, error: "529 overloaded" } as const;
  const failed = { role: "assistant", text: "529 overloaded", stopReason: "error" } as const;
  expect((await told(end))[0]?.messages.slice(1)).toEqual([failed]);
  const [partial] = await told({ type: "message_end", text: "half", stopReason: "error" }, end);
  expect(partial?.messages.slice(1)).toEqual([{ ...failed, text: "half" }]);
});
