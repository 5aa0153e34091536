import type { BridgeAnswer, BridgeCall, BridgeManifest, ToolResult } from "./protocol.ts";

/**
 * Loaded by pi with `-e`: offers the gateway's tools and asks its hooks, over the pipe that pi already
 * has. Written out as one plain script, so it imports nothing (types vanish), and it uses only what
 * every supported pi has.
 */

const TITLE = "pi-gateway/1";
const manifest: BridgeManifest = JSON.parse(process.env["PI_GATEWAY_BRIDGE"] ?? '{"hooks":[],"tools":[]}');

interface PiContext {
  readonly ui: {
    input(
      title: string,
      text: string,
      options?: { signal?: AbortSignal | undefined },
    ): Promise<string | undefined>;
  };
  readonly signal?: AbortSignal | undefined;
}

interface ToolEvent {
  readonly toolName: string;
  readonly toolCallId: string;
  readonly input: Record<string, unknown>;
}

interface MessageEvent {
  readonly message: ToolResult & { readonly role: string; readonly toolName?: string };
}

interface StartEvent {
  readonly systemPrompt: string;
}

interface PiApi {
  on(event: "before_agent_start", listener: (event: StartEvent, ctx: PiContext) => Promise<unknown>): void;
  on(event: "tool_call", listener: (event: ToolEvent, ctx: PiContext) => Promise<unknown>): void;
  on(
    event: "tool_result",
    listener: (event: ToolEvent & ToolResult, ctx: PiContext) => Promise<unknown>,
  ): void;
  on(event: "message_end", listener: (event: MessageEvent, ctx: PiContext) => Promise<unknown>): void;
  on(
    event: "session_before_compact" | "session_compact",
    listener: (event: { readonly signal?: AbortSignal }, ctx: PiContext) => Promise<unknown>,
  ): void;
  registerTool(tool: object): void;
}

/** Never rejects: what goes wrong is the answer's `error`. */
async function ask(ctx: PiContext, call: BridgeCall, signal = ctx.signal): Promise<BridgeAnswer> {
  try {
    const text = await ctx.ui.input(TITLE, JSON.stringify(call), { signal });
    return text === undefined ? { error: "the gateway did not answer" } : JSON.parse(text);
  } catch (error) {
    return { error: String(error) };
  }
}

export default function bridge(pi: PiApi): void {
  for (const tool of manifest.tools) {
    pi.registerTool({
      ...tool,
      label: tool.name,
      async execute(
        toolCallId: string,
        params: Record<string, unknown>,
        signal: AbortSignal | undefined,
        _onUpdate: unknown,
        ctx: PiContext,
      ) {
        const answer = await ask(ctx, { call: "tool", tool: tool.name, toolCallId, params }, signal);
        // pi turns what is thrown into an error that the model can read.
        if (answer.error !== undefined) throw new Error(answer.error);
        const result = answer.result ?? { content: [] };
        if (result.isError) throw new Error(textOf(result));
        return { content: result.content, details: result.details ?? {} };
      },
    });
  }
  const hooks = new Set(manifest.hooks);
  if (hooks.has("before_agent_start")) pi.on("before_agent_start", beforeRun);
  if (hooks.has("before_tool_call")) pi.on("tool_call", beforeToolCall);
  if (hooks.has("after_tool_call")) pi.on("tool_result", afterToolCall);
  if (hooks.has("tool_result_persist")) pi.on("message_end", beforeResultIsKept);
  if (hooks.has("before_compaction")) {
    pi.on("session_before_compact", async (event, ctx) => {
      const answer = await ask(ctx, { call: "before_compaction" }, event.signal);
      return answer.block === undefined ? undefined : { cancel: true };
    });
  }
  if (hooks.has("after_compaction")) {
    pi.on("session_compact", async (_event, ctx) => {
      await ask(ctx, { call: "after_compaction" });
    });
  }
}

async function beforeRun({ systemPrompt }: StartEvent, ctx: PiContext): Promise<unknown> {
  const answer = await ask(ctx, { call: "system_prompt" });
  if (answer.systemPrompt === undefined) return undefined;
  return { systemPrompt: `${systemPrompt}\n\n${answer.systemPrompt}` };
}

async function beforeToolCall(event: ToolEvent, ctx: PiContext): Promise<unknown> {
  const { toolName: tool, toolCallId, input } = event;
  const answer = await ask(ctx, { call: "before_tool_call", tool, toolCallId, params: input });
  // A guard that cannot be asked keeps the gate shut.
  const reason =
    answer.error === undefined ? answer.block : `The gateway could not check this call: ${answer.error}`;
  if (reason !== undefined) return { block: true, reason };
  if (answer.params) {
    for (const key of Object.keys(input)) delete input[key];
    Object.assign(input, answer.params);
  }
  return undefined;
}

async function afterToolCall(event: ToolEvent & ToolResult, ctx: PiContext): Promise<unknown> {
  const { toolName: tool, toolCallId, input: params, content, details, isError } = event;
  const result = { content, details, isError: isError ?? false };
  const answer = await ask(ctx, { call: "after_tool_call", tool, toolCallId, params, result });
  return answer.result;
}

async function beforeResultIsKept(event: MessageEvent, ctx: PiContext): Promise<unknown> {
  const { message } = event;
  if (message.role !== "toolResult") return undefined;
  const { content, details, isError } = message;
  const result = { content, details, isError: isError ?? false };
  const answer = await ask(ctx, { call: "tool_result_persist", tool: message.toolName ?? "", result });
  return answer.result && { message: { ...message, ...answer.result } };
}

function textOf(result: ToolResult): string {
  return result.content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`)).join("\n");
}
