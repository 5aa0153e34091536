/**
 * What travels between the extension inside pi and the gateway: pi's own question for a text, with this
 * title, JSON in its placeholder, and JSON back as the text that was "typed". One answer per call.
 */
export const BRIDGE_TITLE = "pi-gateway/1";

/** The variable that tells the extension what to offer and what to ask about, as JSON. */
export const MANIFEST_VARIABLE = "PI_GATEWAY_BRIDGE";

/** Hooks that happen inside pi. Only those that somebody registered are asked for. */
export type BridgeHook =
  | "before_agent_start"
  | "before_tool_call"
  | "after_tool_call"
  | "tool_result_persist"
  | "before_compaction"
  | "after_compaction";

export interface BridgeManifest {
  readonly hooks: readonly BridgeHook[];
  readonly tools: readonly ToolDeclaration[];
}

/** A gateway tool as the model sees it. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The content of a tool's result, in pi's form. */
export interface ToolResult {
  readonly content: readonly ToolBlock[];
  readonly details?: unknown;
  readonly isError?: boolean;
}

export type ToolBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string };

export type BridgeCall =
  | {
      readonly call: "before_tool_call";
      readonly tool: string;
      readonly toolCallId: string;
      readonly params: Readonly<Record<string, unknown>>;
    }
  | {
      readonly call: "after_tool_call";
      readonly tool: string;
      readonly toolCallId: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly result: ToolResult;
    }
  | { readonly call: "tool_result_persist"; readonly tool: string; readonly result: ToolResult }
  | { readonly call: "before_compaction" | "after_compaction" }
  /** What hooks add to the system prompt: they have run before pi was asked. */
  | { readonly call: "system_prompt" }
  | {
      readonly call: "tool";
      readonly tool: string;
      readonly toolCallId: string;
      readonly params: Readonly<Record<string, unknown>>;
    };

/** `error`: the gateway could not do it; what that means is the caller's rule (a guard then blocks). */
export interface BridgeAnswer {
  readonly error?: string;
  /** Stops the tool call or the compaction; the text says why. */
  readonly block?: string;
  /** Added to pi's own system prompt. */
  readonly systemPrompt?: string;
  /** Replaces the parameters of the tool call. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Replaces the result, or is the result of a gateway tool. */
  readonly result?: ToolResult;
}
