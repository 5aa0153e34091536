import type { BridgeAnswer, BridgeCall, BridgeHook, BridgeManifest, ToolResult } from "./protocol.ts";

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
  readonly message: ToolResult & {
    readonly role: string;
    readonly toolName?: string;
    readonly toolCallId?: string;
  };
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
  const changes = new ResultChanges(hooks);
  if (changes.areWanted) pi.on("tool_result", (event, ctx) => changes.afterCall(event, ctx));
  if (changes.areKept) pi.on("message_end", (event, ctx) => changes.beforeKept(event, ctx));
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

/**
 * What hooks make of results. What is kept is settled as soon as a tool is done, because an older pi goes on with
 * the model before it asks what to keep; what then still is another result is asked about when it is kept.
 */
class ResultChanges {
  readonly areWanted: boolean;
  readonly areKept: boolean;
  readonly #after: boolean;
  readonly #settled = new Map<string, string>();

  constructor(hooks: ReadonlySet<BridgeHook>) {
    this.#after = hooks.has("after_tool_call");
    this.areKept = hooks.has("tool_result_persist");
    this.areWanted = this.#after || this.areKept;
  }

  async afterCall(event: ToolEvent & ToolResult, ctx: PiContext): Promise<unknown> {
    const { toolName: tool, toolCallId, input: params } = event;
    const result = outputOf(event);
    let changed: ToolResult | undefined;
    if (this.#after) {
      changed = (await ask(ctx, { call: "after_tool_call", tool, toolCallId, params, result })).result;
    }
    if (this.areKept) {
      changed = (await this.#persisted(tool, changed ?? result, ctx)) ?? changed;
      this.#settled.set(toolCallId, JSON.stringify((changed ?? result).content));
    }
    return changed;
  }

  async beforeKept({ message }: MessageEvent, ctx: PiContext): Promise<unknown> {
    if (message.role !== "toolResult") return undefined;
    const { toolName = "", toolCallId = "" } = message;
    const settled = this.#settled.get(toolCallId);
    this.#settled.delete(toolCallId);
    if (settled === JSON.stringify(message.content)) return undefined;
    const result = await this.#persisted(toolName, outputOf(message), ctx);
    return result && { message: { ...message, ...result } };
  }

  async #persisted(tool: string, result: ToolResult, ctx: PiContext): Promise<ToolResult | undefined> {
    return (await ask(ctx, { call: "tool_result_persist", tool, result })).result;
  }
}

const outputOf = ({ content, details, isError }: ToolResult): ToolResult => ({
  content,
  details,
  isError: isError ?? false,
});

function textOf(result: ToolResult): string {
  return result.content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`)).join("\n");
}
