import type { ToolOutput, Usage } from "./agent.ts";
import type { Config } from "./config-schema.ts";
import type { ChannelName, InboundMessage, OutboundMessage } from "./message.ts";
import type { SessionKey } from "./session-key.ts";

/**
 * Every hook: what it is given, and what it may answer.
 *
 * - A field without `readonly` may be assigned: later hooks and the gateway see the new value.
 * - `Block` in `returns` means the hook can stop what was about to happen. The first block wins.
 * - A hook that throws or takes longer than `plugins.hookTimeoutMs` is logged and skipped, except
 *   where `HOOK_POLICY` says `closed`: there, failing means blocking.
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
  message_sending: Gate<{
    readonly sessionKey: SessionKey;
    message: OutboundMessage;
    readonly channel: ChannelName;
  }>;
  message_sent: Observe<{ sessionKey: SessionKey; message: OutboundMessage; channel: ChannelName }>;

  session_start: Observe<{ sessionKey: SessionKey }>;
  session_end: Observe<{ sessionKey: SessionKey }>;

  before_agent_start: Gate<{ readonly sessionKey: SessionKey; message: string; readonly config: Config }>;
  agent_end: Observe<{ sessionKey: SessionKey; messages: readonly AgentMessage[]; usage: Usage }>;

  before_tool_call: Gate<{
    readonly sessionKey: SessionKey;
    readonly tool: string;
    params: Record<string, unknown>;
  }>;
  after_tool_call: Transform<{
    readonly sessionKey: SessionKey;
    readonly tool: string;
    readonly params: Readonly<Record<string, unknown>>;
    result: ToolOutput;
  }>;
  tool_result_persist: Transform<{
    readonly sessionKey: SessionKey;
    readonly tool: string;
    result: ToolOutput;
  }>;

  before_compaction: Gate<{ readonly sessionKey: SessionKey }>;
  after_compaction: Observe<{ sessionKey: SessionKey }>;
}

interface Observe<Context> {
  readonly kind: "observe";
  readonly context: Readonly<Context>;
  readonly returns: void;
}
interface Transform<Context> {
  readonly kind: "transform";
  readonly context: Context;
  readonly returns: void;
}
interface Gate<Context> {
  readonly kind: "gate";
  readonly context: Context;
  readonly returns: Block | void;
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
