import type { AgentEvent, ModelUsage, ToolContent, ToolOutput, Usage } from "./agent.ts";
import {
  isRecord,
  textOf,
  textOfContent,
  type WireBlock,
  type WireMessage,
  type WireRecord,
  type WireUsage,
} from "./rpc-protocol.ts";

/**
 * Turns pi's events into ours, in both forms that pi has had: a snapshot of the message with each
 * delta, and deltas alone. What is not about the run (user and system messages, queues) gives nothing.
 * One reader per run; it remembers what the `end` of the run needs.
 */
export class RunReader {
  #last: WireMessage | undefined;
  #hasText = false;
  #gapPending = false;
  readonly #spent = new Map<string, Usage>();

  /** What failed, if the last message of the model did. */
  get failure(): string | undefined {
    return this.#last?.stopReason === "error" ? (this.#last.errorMessage ?? "the model failed") : undefined;
  }

  /** True once the model has said its last word. */
  get isAnswered(): boolean {
    return this.#last?.stopReason === "stop" || this.#last?.stopReason === "length";
  }

  /** Who wrote the last message: `provider/id`. */
  get model(): string | undefined {
    return this.#last && modelOf(this.#last);
  }

  /** For a run that goes on: what was said so far does not decide how it ends. */
  again(): void {
    this.#last = undefined;
  }

  read(record: WireRecord): AgentEvent[] {
    switch (record.type) {
      case "message_start":
        return this.#messageStart(messageOf(record));
      case "message_update":
        return this.#messageUpdate(record["assistantMessageEvent"]);
      case "message_end":
        return this.#messageEnd(messageOf(record));
      case "agent_end":
        return this.#agentEnd(record["messages"]);
      default:
        return otherEvent(record);
    }
  }

  /** How the run ended, by its last assistant message. An abort that came after the answer changes nothing. */
  end(aborted: boolean): AgentEvent & { readonly type: "end" } {
    const stopReason = this.#last?.stopReason ?? "stop";
    const base = { type: "end", ...this.#usage } as const;
    if (stopReason === "aborted" || (aborted && !this.isAnswered)) return { ...base, reason: "aborted" };
    if (this.failure !== undefined) return { ...base, reason: "error", error: this.failure };
    return { ...base, reason: stopReason === "length" ? "length" : "stop" };
  }

  /** The run broke off: pi is gone, or refused. */
  failed(error: string, died: boolean): AgentEvent & { readonly type: "end" } {
    return { type: "end", reason: "error", ...this.#usage, error, ...(died ? { died } : {}) };
  }

  #messageStart(message: WireMessage | undefined): AgentEvent[] {
    if (message?.role !== "assistant") return [];
    this.#hasText = false;
    this.#gapPending = false;
    return [{ type: "message_start" }];
  }

  #messageUpdate(update: unknown): AgentEvent[] {
    if (!isRecord(update)) return [];
    const delta = typeof update["delta"] === "string" ? update["delta"] : "";
    if (update["type"] === "text_start") this.#gapPending = this.#hasText;
    if (delta === "") return [];
    if (update["type"] === "thinking_delta") return [{ type: "thinking", delta }];
    if (update["type"] !== "text_delta") return [];
    // A second text block is a paragraph of its own, as in the finished text.
    const gap = this.#gapPending ? "\n\n" : "";
    this.#hasText = true;
    this.#gapPending = false;
    return [{ type: "text", delta: gap + delta }];
  }

  #messageEnd(message: WireMessage | undefined): AgentEvent[] {
    if (message?.role === "toolResult") return [keptResult(message)];
    if (message?.role !== "assistant") return [];
    this.#note(message);
    return [
      { type: "message_end", text: textOfContent(message.content), stopReason: message.stopReason ?? "stop" },
    ];
  }

  /** pi 0.73 reports a run that failed before its first message here only. */
  #agentEnd(messages: unknown): AgentEvent[] {
    if (!Array.isArray(messages)) return [];
    const last = messages.findLast((message) => isRecord(message) && message["role"] === "assistant") as
      WireMessage | undefined;
    if (last?.stopReason === "error" && this.#last?.stopReason !== "error") this.#note(last);
    return [];
  }

  #note(message: WireMessage): void {
    this.#last = message;
    const model = modelOf(message) ?? "unknown";
    this.#spent.set(model, addUsage(this.#spent.get(model) ?? NOTHING, usageOf(message.usage)));
  }

  get #usage(): { readonly usage: Usage; readonly spent: readonly ModelUsage[] } {
    const spent = Array.from(this.#spent, ([model, usage]) => ({ model, usage })).filter(isSomething);
    return { usage: [...this.#spent.values()].reduce(addUsage, NOTHING), spent };
  }
}

function otherEvent(record: WireRecord): AgentEvent[] {
  switch (record.type) {
    case "tool_execution_start":
      return [{ type: "tool_start", ...toolOf(record), params: paramsOf(record["args"]) }];
    case "tool_execution_update":
      return [{ type: "tool_update", ...toolOf(record), result: toolOutput(record["partialResult"], false) }];
    case "tool_execution_end":
      return [
        {
          type: "tool_end",
          ...toolOf(record),
          result: toolOutput(record["result"], record["isError"] === true),
        },
      ];
    case "auto_retry_start":
      return [
        {
          type: "retrying",
          attempt: Number(record["attempt"] ?? 1),
          delayMs: Number(record["delayMs"] ?? 0),
          reason: textOf(record["errorMessage"]),
        },
      ];
    case "compaction_start":
      return [{ type: "compacting", done: false }];
    case "compaction_end":
      return [{ type: "compacting", done: true }];
    default:
      return [];
  }
}

/** pi writes a tool's result down in this form: its extensions have changed what they wanted to. */
function keptResult({ toolCallId, toolName, content, details, isError }: WireMessage): AgentEvent {
  const result = toolOutput({ content, details }, isError === true);
  return { type: "tool_kept", id: textOf(toolCallId), tool: textOf(toolName), result };
}

function messageOf(record: WireRecord): WireMessage | undefined {
  const message = record["message"];
  return isRecord(message) && typeof message["role"] === "string"
    ? { ...message, role: message["role"] }
    : undefined;
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

const isSomething = ({ usage }: ModelUsage) =>
  usage.inputTokens > 0 || usage.outputTokens > 0 || usage.costUsd > 0;

/** The model that a message names as its own: `provider/id`. */
function modelOf({ provider, model }: WireMessage): string | undefined {
  return provider !== undefined && model !== undefined ? `${provider}/${model}` : undefined;
}

/** What an assistant's message has used, if it says who wrote it. */
export function spentBy(message: WireMessage): ModelUsage | undefined {
  const model = modelOf(message);
  const spent = model === undefined ? undefined : { model, usage: usageOf(message.usage) };
  return spent && isSomething(spent) ? spent : undefined;
}

const toolOf = (record: WireRecord) => ({
  id: textOf(record["toolCallId"]),
  tool: textOf(record["toolName"]),
});

const paramsOf = (args: unknown): Readonly<Record<string, unknown>> => (isRecord(args) ? args : {});

/** What a tool gave back, read from pi's record of it. */
export function toolOutput(result: unknown, isError: boolean): ToolOutput {
  if (!isRecord(result)) return { content: [], isError };
  const blocks = Array.isArray(result["content"]) ? (result["content"] as readonly WireBlock[]) : [];
  const details = result["details"];
  return { content: blocks.flatMap(toolContent), ...(details === undefined ? {} : { details }), isError };
}

function toolContent(block: WireBlock): ToolContent[] {
  if (block.type === "text") return [{ type: "text", text: block.text ?? "" }];
  if (block.type !== "image" || block.data === undefined) return [];
  return [{ type: "image", data: block.data, mimeType: block.mimeType ?? "image/png" }];
}

/** Input counts everything that was sent, cached or not. */
export function usageOf(usage: WireUsage | undefined): Usage {
  return {
    inputTokens: (usage?.input ?? 0) + (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0),
    outputTokens: usage?.output ?? 0,
    costUsd: usage?.cost?.total ?? 0,
  };
}

/** The sum of two. */
export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  costUsd: a.costUsd + b.costUsd,
});
