import type { Service } from "../lib/service.ts";
import type { Session } from "./session.ts";
import type { SessionKey } from "./session-key.ts";

/** What happens while pi works, reduced to what the gateway acts on. `rpc-events.ts` maps the wire. */
export type AgentEvent =
  /** A new assistant message begins; what was shown of an unfinished one is void. */
  | { readonly type: "message_start" }
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "thinking"; readonly delta: string }
  | { readonly type: "message_end"; readonly text: string; readonly stopReason: string }
  | {
      readonly type: "tool_start";
      readonly id: string;
      readonly tool: string;
      readonly params: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "tool_update"; readonly id: string; readonly tool: string; readonly result: ToolOutput }
  | { readonly type: "tool_end"; readonly id: string; readonly tool: string; readonly result: ToolOutput }
  /** The result as it stands in the transcript, after every hook. */
  | { readonly type: "tool_kept"; readonly id: string; readonly tool: string; readonly result: ToolOutput }
  | { readonly type: "retrying"; readonly attempt: number; readonly delayMs: number; readonly reason: string }
  | { readonly type: "compacting"; readonly done: boolean }
  /** pi has taken in a message that {@link Agent.steer} handed over: what comes next answers it, too. */
  | { readonly type: "steered"; readonly text: string }
  /** pi asks a person something: the turn waits, and is not stuck, until `open` is false again. */
  | { readonly type: "question"; readonly open: boolean }
  | {
      readonly type: "end";
      readonly reason: "stop" | "length" | "aborted" | "error";
      readonly usage: Usage;
      /** `usage` by the models that answered; those that only failed are not in it. */
      readonly spent?: readonly ModelUsage[];
      /** What the provider or pi said, without secrets; present iff `reason` is `error`. */
      readonly error?: string;
      /** What each model said that failed in this run, and what was chosen for the conversation; with `error`. */
      readonly tried?: readonly { readonly model: string; readonly said: string }[];
      readonly pinned?: string;
      /** The process is gone: another may go on with the turn. */
      readonly died?: boolean;
    };

/** What a tool gave back, as pi has it: images and details survive hooks. */
export interface ToolOutput {
  readonly content: readonly ToolContent[];
  readonly details?: unknown;
  readonly isError: boolean;
}

export type ToolContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string };

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

/** What one model has used. */
export interface ModelUsage {
  /** `provider/id`. */
  readonly model: string;
  readonly usage: Usage;
}

export interface Prompt {
  readonly text: string;
  readonly images: readonly { readonly mimeType: string; readonly base64: string }[];
  /** The text begins with a command of pi's own, which pi is to run; any other text is taken as it is. */
  readonly isCommand?: boolean;
  /** Added to pi's own system prompt for this run, where the bridge is loaded: see `before_agent_start`. */
  readonly systemPrompt?: string;
}

/** One pi process with one session open. Valid only inside {@link Slot.use}. */
export interface Agent {
  readonly session: SessionKey;
  readonly pid: number;
  /** What answers: `provider/id`, and whether it is the built-in demo. Another one after a failover. */
  readonly model: ModelInUse;
  /**
   * Runs one prompt. The iteration ends after exactly one `end` event, always; a process that dies
   * yields `end` with reason `error` and `died`. `signal` aborts pi; leaving the loop early does too,
   * and waits until pi is idle.
   */
  run(prompt: Prompt, signal: AbortSignal): AsyncIterable<AgentEvent>;
  /**
   * Hands `text` to the run in progress, which takes it in before its next call of the model and says so with a
   * `steered` event; without one by the end of the run, pi has not taken it and never will. False: no run takes
   * it any more.
   */
  steer(text: string): Promise<boolean>;
  /** Asks pi to stop the run in progress. It ends with `aborted`. */
  abort(): Promise<void>;
  /** Where the transcript ends now: the id of its last entry, absent if there is none. */
  position(): Promise<string | undefined>;
  /**
   * What stands behind `position` in pi's session file, oldest first; everything if absent. How
   * recovery learns what an interrupted turn had achieved: pi writes a message when it is complete.
   */
  transcriptAfter(position: string | undefined): Promise<readonly TranscriptEntry[]>;
  stats(): Promise<SessionStats>;
  /** What pi itself understands behind a slash in this session. */
  commands(): Promise<readonly PiCommand[]>;
  /**
   * Puts a summary in place of what was said longest ago; `instructions` say what it should dwell on. Rejects with
   * `AgentError` "refused" where there is nothing to shorten. pi cannot give it up: once `signal` aborts, pi is ended.
   */
  compact(instructions: string | undefined, signal: AbortSignal): Promise<Compaction>;
}

/** Something of pi's own that people can write behind a slash. */
export interface PiCommand {
  /** As it stands behind the slash: `review`, `skill:weather`. */
  readonly name: string;
  readonly summary?: string;
  readonly kind: "skill" | "template" | "extension";
}

/** How much a conversation was before it was shortened, and is since, as far as pi tells. */
export interface Compaction {
  readonly tokensBefore?: number;
  readonly tokensAfter?: number;
}

export interface ModelInUse {
  readonly id: string;
  readonly isDemo: boolean;
  /** How many tokens it can take, where pi has told. */
  readonly contextWindow?: number;
}

export interface TranscriptEntry {
  readonly id: string;
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  /** Present for assistant entries: `stop`, `length`, `toolUse`, `error`, `aborted`. */
  readonly stopReason?: string;
  /** Of a tool's result: pi's id of the call. */
  readonly toolCallId?: string;
  /** Present for assistant entries whose model is known. */
  readonly spent?: ModelUsage;
}

export interface SessionStats {
  readonly model: string;
  readonly usage: Usage;
  readonly contextTokens: number;
  readonly contextWindow: number;
}

/**
 * The pi processes, between `min` and `max` of them. A process is bound to a launch profile
 * (extensions, working directory, environment), not to a session: opening a session in a warm
 * process takes 1–13 ms, spawning one 200–700 ms, so processes are shared and prefer the session they hold.
 */
export interface AgentPool extends Service {
  /**
   * Resolves with a place for one turn as soon as there is one; undefined if `signal` aborts first.
   * Workers wait here *before* claiming a turn, so that what waits, waits in the store.
   */
  reserve(signal: AbortSignal): Promise<Slot | undefined>;
  /**
   * Runs `work` for a turn that has a place and waits for another turn: meanwhile one more may run, so that the turns
   * that all wait for others never keep those from running.
   */
  lend<T>(work: () => Promise<T>): Promise<T>;
  /** The agent running this session right now, for `/stop`, steering, and `session_status`. */
  running(session: SessionKey): Agent | undefined;
  /** Lets go of a session that an idle process still has open. */
  forget(session: SessionKey): Promise<void>;
  /** Replaces idle processes now and busy ones when they come back, after a config change. */
  recycle(): Promise<void>;
  stats(): PoolStats;
  /**
   * What pi understands behind a slash, as a pi that is up tells: the one that has `session` open, or any. Empty
   * while none is. For lists; what a session's own pi has decides, see {@link Agent.commands}.
   */
  commands(session?: SessionKey): Promise<readonly PiCommand[]>;
}

/** A place in the pool. Disposing gives it back, used or not. */
export interface Slot extends Disposable {
  /**
   * Lends a process with `session` open, for as long as `work` runs. There is no release to forget.
   * Rejects with `AgentError` when no process can be had; `signal` gives up waiting for one.
   */
  use<T>(session: Session, signal: AbortSignal, work: (agent: Agent) => Promise<T>): Promise<T>;
}

export interface PoolStats {
  readonly total: number;
  readonly busy: number;
  readonly idle: number;
  readonly min: number;
  readonly max: number;
  /** The longest that a turn waited for a process since the start. */
  readonly longestWaitMs: number;
  /** Of the last process that came up: what pi it is and what answers. Absent before the first. */
  readonly pi?: { readonly version: string; readonly path: string };
  readonly model?: ModelInUse;
  /** Why the last start of a process failed; absent after one that worked. */
  readonly lastError?: string;
}
