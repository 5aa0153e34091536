import type { ToolContent, ToolOutput, Usage } from "./agent.ts";
import type { Config } from "./config-schema.ts";
import type { ChannelName, InboundMessage, OutboundMessage } from "./message.ts";
import type { Approval } from "./question.ts";
import type { SessionKey } from "./session-key.ts";

/**
 * Every hook: what it is given, and what it may answer.
 *
 * - A field without `readonly` may be assigned: later hooks and the gateway see the new value.
 * - `Block` in `returns` means the hook can stop what was about to happen. The first block wins.
 * - A hook that throws or takes too long is logged, has changed nothing and is skipped, except where it is a guard
 *   (`before_tool_call`, `message_sending`): there, failing means blocking.
 */
export interface HookMap {
  gateway_start: Observe<{ config: Config }>;
  gateway_stop: Observe<Record<never, never>>;

  message_received: Gate<{
    readonly sessionKey: SessionKey;
    message: InboundMessage;
    readonly channel: ChannelName;
    agent?: string;
  }>;
  message_sending: Gate<
    {
      readonly sessionKey: SessionKey;
      message: OutboundMessage;
      readonly channel: ChannelName;
    },
    /** `content` takes the place of the text, or of the caption of a file. */
    { readonly content?: string; readonly cancel?: boolean }
  >;
  message_sent: Observe<{ sessionKey: SessionKey; message: OutboundMessage; channel: ChannelName }>;

  /** Not one of the guide's: somebody spoke. The first handler that returns a text is the last that is asked. */
  transcribe_audio: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly message: InboundMessage;
      /** The recording, for as long as the handler runs. */
      readonly path: string;
      readonly mimeType: string;
      readonly fileName: string;
      /** What `audio.transcription.language` says. */
      readonly language?: string;
      /** What was said. */
      text?: string;
    },
    { readonly text?: string }
  >;

  session_start: Observe<{ sessionKey: SessionKey }>;
  session_end: Observe<{ sessionKey: SessionKey }>;

  before_agent_start: Gate<
    {
      readonly sessionKey: SessionKey;
      /** What pi is asked. */
      message: string;
      readonly config: Config;
      /** Stands before `message` in the prompt. What several hooks return is put one after the other. */
      prependContext?: string;
      /** Added to pi's own system prompt, for this run. */
      systemPrompt?: string;
    },
    { readonly prependContext?: string; readonly systemPrompt?: string }
  >;
  agent_end: Observe<{ sessionKey: SessionKey; messages: readonly AgentMessage[]; usage: Usage }>;

  before_tool_call: Gate<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      params: Record<string, unknown>;
    },
    /**
     * `params` are merged over the ones of the call. `requireApproval`: unless somebody blocks it, an owner is asked
     * once, after all hooks, for as long as it takes; no answer is a no. What they are asked about stays as it is.
     */
    { readonly params?: Readonly<Record<string, unknown>>; readonly requireApproval?: Approval }
  >;
  after_tool_call: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      readonly params: Readonly<Record<string, unknown>>;
      result: ToolOutput;
    },
    { readonly result?: ToolOutputChange }
  >;
  tool_result_persist: Transform<
    {
      readonly sessionKey: SessionKey;
      readonly tool: string;
      result: ToolOutput;
    },
    { readonly result?: ToolOutputChange; readonly message?: ToolOutputChange }
  >;

  before_compaction: Gate<{ readonly sessionKey: SessionKey }, { readonly cancel?: boolean }>;
  after_compaction: Observe<{ sessionKey: SessionKey }>;
}

interface Observe<Context> {
  readonly kind: "observe";
  readonly context: Readonly<Context>;
  readonly returns: void;
}
interface Transform<Context, Answer> {
  readonly kind: "transform";
  readonly context: Context;
  readonly returns: Answer | void;
}
interface Gate<Context, Answer = unknown> {
  readonly kind: "gate";
  readonly context: Context;
  readonly returns: Block | (Answer & Verdict) | void;
}

/** The same as {@link Block}, as OpenClaw's plugins say it. `false` is no opinion. */
export interface Verdict {
  readonly block?: boolean;
  readonly blockReason?: string;
}

/** What is left out stays as it was. */
export interface ToolOutputChange {
  readonly content?: string | readonly ToolContent[];
  readonly details?: unknown;
  readonly isError?: boolean;
}

/** Stops what was about to happen; the text says why. */
export interface Block {
  readonly block: string;
  /** Set where nobody decided so: a hook that fails closed did not answer. */
  readonly failed?: boolean;
}

export interface AgentMessage {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  readonly toolCalls?: readonly {
    readonly tool: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  readonly stopReason?: string;
}

export type HookName = keyof HookMap;
export type HookContext<N extends HookName> = HookMap[N]["context"];
export type HookHandler<N extends HookName> = (
  context: HookContext<N>,
) => HookMap[N]["returns"] | Promise<HookMap[N]["returns"]>;

/** What the gateway calls. */
export interface HookRunner {
  /** Resolves with the block, if one was returned; `context` holds the changes. Never rejects. */
  run<N extends HookName>(name: N, context: HookContext<N>): Promise<Block | undefined>;
  /** True if anybody listens: a hook nobody registered costs nothing. */
  has(name: HookName): boolean;
}
