/**
 * What pi says and is told over stdin and stdout in `--mode rpc`, as far as the gateway uses it. One
 * JSON object per line. Everything that comes from pi is read defensively: fields may be missing.
 */
export type WireRecord = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A command for pi; `id` is added when it is sent. */
export type WireCommand =
  | { readonly type: "prompt"; readonly message: string; readonly images?: readonly WireImage[] }
  | { readonly type: "steer"; readonly message: string }
  | { readonly type: "abort" | "get_state" | "get_available_models" | "get_session_stats" | "get_commands" }
  | { readonly type: "compact"; readonly customInstructions?: string }
  | { readonly type: "switch_session"; readonly sessionPath: string }
  | { readonly type: "set_model"; readonly provider: string; readonly modelId: string }
  | { readonly type: "set_thinking_level"; readonly level: string };

export interface WireImage {
  readonly type: "image";
  readonly data: string;
  readonly mimeType: string;
}

export interface WireResponse {
  readonly type: "response";
  readonly id?: string;
  readonly command?: string;
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: string;
}

/** pi, or an extension in it, asks something. `method` decides what an answer looks like. */
export interface UiRequest {
  readonly type: "extension_ui_request";
  readonly id: string;
  readonly method: string;
  readonly title?: string;
  readonly placeholder?: string;
  readonly message?: string;
  readonly options?: readonly string[];
  readonly prefill?: string;
  /** pi itself stops waiting after this many milliseconds. */
  readonly timeout?: number;
  readonly notifyType?: string;
}

/** The answer to a {@link UiRequest}: a text, yes or no, or none. */
export type UiAnswer =
  { readonly value: string } | { readonly confirmed: boolean } | { readonly cancelled: true };

export interface WireModel {
  readonly provider: string;
  readonly id: string;
  readonly name?: string;
  readonly reasoning?: boolean;
  readonly contextWindow?: number;
  readonly thinkingLevelMap?: Readonly<Record<string, unknown>>;
}

export interface WireState {
  readonly model?: WireModel | null;
  readonly thinkingLevel?: string;
  readonly isStreaming?: boolean;
  readonly isCompacting?: boolean;
  readonly sessionFile?: string;
  readonly pendingMessageCount?: number;
}

export interface WireMessage {
  readonly role: string;
  readonly content?: string | readonly WireBlock[];
  readonly stopReason?: string;
  readonly errorMessage?: string;
  readonly usage?: WireUsage;
  /** Of an assistant's message: what answered. */
  readonly provider?: string;
  readonly model?: string;
  /** Of a tool's result. */
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly isError?: boolean;
  readonly details?: unknown;
}

export interface WireBlock {
  readonly type: string;
  readonly text?: string;
  readonly data?: string;
  readonly mimeType?: string;
}

export interface WireUsage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly cost?: { readonly total?: number };
}

export interface WireStats {
  readonly tokens?: WireUsage;
  readonly cost?: number;
  readonly contextUsage?: { readonly tokens?: number | null; readonly contextWindow?: number };
}

/** What this pi can do, by its version: behaviour differs between releases, and the names of packages do not tell. */
export interface PiCapabilities {
  /** `agent_settled` says that a run, its retries and its compaction are over (0.80.4). */
  readonly settles: boolean;
  /** `message_update` carries only what is new (0.84). Before, each repeats the whole message. */
  readonly sendsDeltas: boolean;
  /** Thinking level `max` (0.80.6). */
  readonly thinksMax: boolean;
}

/** The capabilities of a version such as `0.73.1`; of an unknown one, those of the oldest that works. */
export function capabilitiesOf(version: string | undefined): PiCapabilities {
  const has = (...least: number[]) => isAtLeast(version, least);
  return {
    settles: has(0, 80, 4),
    sendsDeltas: has(0, 84, 0),
    thinksMax: has(0, 80, 6),
  };
}

function isAtLeast(version: string | undefined, least: readonly number[]): boolean {
  const parts = /(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? "")
    ?.slice(1)
    .map(Number);
  if (!parts) return false;
  for (const [at, wanted] of least.entries()) {
    const part = parts[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** The record in `line`, or undefined if it is none. */
export function parseRecord(line: string): WireRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && typeof value["type"] === "string" ? (value as WireRecord) : undefined;
  } catch {
    // Half a record, or text that some program printed: the caller counts such lines.
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a message: its text blocks, a blank line between them. */
export function textOfContent(content: WireMessage["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? [])
    .filter((block) => block.type === "text" && block.text)
    .map((block) => block.text)
    .join("\n\n");
}

/** `value` if it is a text, else none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
