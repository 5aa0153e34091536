import type { ToolOutput } from "../core/agent.ts";
import type { BridgeCaller, BridgeLaunch, BridgePort, BridgeWishes } from "../core/bridge-port.ts";
import type { HookName, HookRunner } from "../core/hooks.ts";
import { isCompiled } from "../core/pi-program.ts";
import { isRecord, type PiCapabilities, type UiAnswer, type UiRequest } from "../core/rpc-protocol.ts";
import type { SessionKey } from "../core/session-key.ts";
import {
  BRIDGE_TITLE,
  type BridgeAnswer,
  type BridgeCall,
  type BridgeHook,
  type BridgeManifest,
  MANIFEST_VARIABLE,
  type ToolDeclaration,
  type ToolResult,
} from "./protocol.ts";
import { type RuntimeFiles, writeRuntimeFiles } from "./runtime-files.ts";
import { answerUiRequest, type UiAudience } from "./ui-requests.ts";

/** The gateway's own tools, as the bridge needs them. */
export interface BridgeTools {
  declarations(): readonly ToolDeclaration[];
  /** Rejects where the tool failed: the model reads why. */
  run(
    name: string,
    params: Readonly<Record<string, unknown>>,
    context: BridgeToolContext,
  ): Promise<ToolResult>;
}

export interface BridgeToolContext {
  readonly session: SessionKey;
  /** pi's id of the call: the key of what the tool sends. */
  readonly callId: string;
  readonly signal: AbortSignal;
}

export interface BridgeHostDeps extends UiAudience {
  /** Where the files for pi are written: `runtime/` of the state. */
  readonly folder: string;
  readonly hooks: HookRunner;
  readonly tools?: BridgeTools;
}

const HOOKS: readonly BridgeHook[] = [
  "before_agent_start",
  "before_tool_call",
  "after_tool_call",
  "tool_result_persist",
  "before_compaction",
  "after_compaction",
];

type CallName = BridgeCall["call"];
type CallOf<Name extends CallName> = Extract<BridgeCall, { call: Name }>;

/** Our end of the bridge: the files that go into pi, and the answers to what comes out of it. */
export class BridgeHost implements BridgePort {
  readonly #deps: BridgeHostDeps;
  #files: Promise<RuntimeFiles> | undefined;

  constructor(deps: BridgeHostDeps) {
    this.#deps = deps;
  }

  async launch(capabilities: PiCapabilities, { goesOn = false }: BridgeWishes = {}): Promise<BridgeLaunch> {
    // A write that failed is tried again by the next process.
    this.#files ??= writeRuntimeFiles(this.#deps.folder).catch((error: unknown) => {
      this.#files = undefined;
      throw error;
    });
    const files = await this.#files;
    const manifest = this.#manifest();
    const isAsked = manifest.hooks.length > 0 || manifest.tools.length > 0;
    return {
      extensions: [
        ...(isCompiled() ? [files.forgetBun] : []),
        ...(capabilities.sendsDeltas ? [] : [files.slim]),
        files.demoModel,
        ...(goesOn ? [files.goOn] : []),
        ...(isAsked ? [files.extension] : []),
      ],
      env: isAsked ? { [MANIFEST_VARIABLE]: JSON.stringify(manifest) } : {},
    };
  }

  async answer(request: UiRequest, caller: BridgeCaller): Promise<UiAnswer | undefined> {
    if (request.method !== "input" || request.title !== BRIDGE_TITLE) {
      return answerUiRequest(request, caller, this.#deps);
    }
    return { value: JSON.stringify(await this.#answerCall(request.placeholder ?? "", caller)) };
  }

  #manifest(): BridgeManifest {
    const isWanted = (hook: HookName) => this.#deps.hooks.has(hook);
    return { hooks: HOOKS.filter(isWanted), tools: this.#deps.tools?.declarations() ?? [] };
  }

  /** Never rejects: what fails here is the answer's `error`, and a guard that failed blocks. */
  async #answerCall(text: string, caller: BridgeCaller): Promise<BridgeAnswer> {
    try {
      const call = parseCall(text);
      const { session } = caller;
      if (session === undefined) return { error: "no turn is running" };
      if (call.call === "system_prompt") return systemPromptOf(caller);
      return await this.#run(call, session, caller.signal);
    } catch (error) {
      this.#deps.log.error({ error, session: caller.session }, "a call from pi could not be answered");
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #run(call: BridgeCall, sessionKey: SessionKey, signal: AbortSignal): Promise<BridgeAnswer> {
    switch (call.call) {
      case "before_tool_call":
        return this.#beforeToolCall(call, sessionKey);
      case "after_tool_call":
        return this.#afterToolCall(call, sessionKey);
      case "tool_result_persist":
        return this.#toolResultPersist(call, sessionKey);
      case "before_compaction":
        return (await this.#deps.hooks.run("before_compaction", { sessionKey })) ?? {};
      case "after_compaction":
        await this.#deps.hooks.run("after_compaction", { sessionKey });
        return {};
      case "tool":
        return this.#tool(call, sessionKey, signal);
      default:
        return { error: "the gateway does not know this call" };
    }
  }

  async #beforeToolCall(call: CallOf<"before_tool_call">, sessionKey: SessionKey): Promise<BridgeAnswer> {
    const context = { sessionKey, tool: call.tool, params: structuredClone(call.params) };
    const block = await this.#deps.hooks.run("before_tool_call", context);
    return block ?? { params: context.params };
  }

  async #afterToolCall(call: CallOf<"after_tool_call">, sessionKey: SessionKey): Promise<BridgeAnswer> {
    const context = { sessionKey, tool: call.tool, params: call.params, result: toOutput(call.result) };
    await this.#deps.hooks.run("after_tool_call", context);
    return { result: context.result };
  }

  async #toolResultPersist(
    call: CallOf<"tool_result_persist">,
    sessionKey: SessionKey,
  ): Promise<BridgeAnswer> {
    const context = { sessionKey, tool: call.tool, result: toOutput(call.result) };
    await this.#deps.hooks.run("tool_result_persist", context);
    return { result: context.result };
  }

  async #tool(call: CallOf<"tool">, session: SessionKey, signal: AbortSignal): Promise<BridgeAnswer> {
    const { tools } = this.#deps;
    if (!tools) return { error: `there is no tool ${call.tool}` };
    return { result: await tools.run(call.tool, call.params, { session, callId: call.toolCallId, signal }) };
  }
}

const systemPromptOf = ({ systemPrompt }: BridgeCaller): BridgeAnswer =>
  systemPrompt === undefined ? {} : { systemPrompt };

function parseCall(text: string): BridgeCall {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || typeof value["call"] !== "string") throw new Error("not a call of the bridge");
  return value as unknown as BridgeCall; // Our own extension made it; an unknown name answers nothing.
}

const toOutput = ({ content, details, isError }: ToolResult): ToolOutput => ({
  content,
  ...(details === undefined ? {} : { details }),
  isError: isError ?? false,
});
