import type { Logger } from "../lib/logger.ts";
import type { ToolContent } from "./agent.ts";
import type { Address } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { TurnId } from "./store.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Something the model may call. `execute` is only called with arguments that fit `parameters`. What it returns
 * becomes the result: a text, `{ content }` in pi's form, `{ text, isError }`, or anything else as its JSON.
 * What it throws is an error that the model can read.
 */
export interface Tool<Params extends object = Record<string, unknown>> {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
  execute(params: Params, context: ToolContext): unknown;
}

/** Who calls a tool, and where. */
export interface ToolContext {
  readonly sessionKey: SessionKey;
  /** pi's id of the call: what the tool sends is keyed by it. */
  readonly callId: string;
  readonly turn: TurnId;
  readonly agent: string;
  /** The chat that the turn answers; of scope `job` where that is none. */
  readonly chat: Address;
  /** The conversation whose history shows what is said in `chat`, where it is another than `sessionKey`. */
  readonly chatSession?: SessionKey;
  /** Aborted when the turn ends, or the person stops it. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What a tool gave back, in one form. */
export interface ToolReply {
  readonly content: readonly ToolContent[];
  readonly details?: unknown;
  readonly isError?: boolean;
}
