import type { Usage } from "./agent.ts";
import { entriesFromEnd } from "./pi-transcript.ts";
import { addUsage, usageOf } from "./rpc-events.ts";

/** What the answers in a transcript have cost, and how much of it the model would be sent next. */
export interface TranscriptUsage {
  readonly usage: Usage;
  /** 0 before the first answer, and after a compaction until the next one. */
  readonly contextTokens: number;
  /** What answered last: `provider/id`. */
  readonly model?: string;
}

/** Reads the whole of pi's session file; zeros if there is none yet. */
export async function readTranscriptUsage(file: string): Promise<TranscriptUsage> {
  let usage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
  let contextTokens: number | undefined;
  let model: string | undefined;
  for await (const { type, message } of entriesFromEnd(file)) {
    // What stands before a compaction is not sent any more.
    if (type === "compaction") contextTokens ??= 0;
    if (message?.role !== "assistant") continue;
    const one = usageOf(message.usage);
    usage = addUsage(usage, one);
    if (message.provider && message.model) model ??= `${message.provider}/${message.model}`;
    if (message.stopReason !== "error" && message.stopReason !== "aborted") {
      contextTokens ??= one.inputTokens + one.outputTokens;
    }
  }
  return { usage, contextTokens: contextTokens ?? 0, ...(model === undefined ? {} : { model }) };
}
