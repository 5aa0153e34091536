import type { HookName } from "../core/hooks.ts";

/**
 * What a hook that fails or takes too long means. `closed`: what it guards does not happen, because a
 * broken guard must not open the gate. `open`: it is skipped, because a broken plugin must not cost a
 * message. `observe`: nobody waits for it at all.
 */
export type HookPolicy = "open" | "closed" | "observe";

export interface HookRule {
  readonly policy: HookPolicy;
  /** The fields of the context that a handler may assign. */
  readonly assignable: readonly string[];
  /** The fields of an object that it may return. */
  readonly returns: readonly string[];
  /** The first handler that sets this field is the last that is asked. */
  readonly until?: string;
  /** How long a handler may take where the configuration does not give it longer; for work that takes its time. */
  readonly timeoutMs?: number;
}

/** The guide's fourteen hooks, and one of our own: what failing means, and what a handler may say. */
export const HOOK_RULES: Readonly<Record<HookName, HookRule>> = {
  gateway_start: { policy: "open", assignable: [], returns: [] },
  gateway_stop: { policy: "open", assignable: [], returns: [] },
  message_received: {
    policy: "open",
    assignable: ["message", "agent"],
    returns: ["block", "blockReason"],
  },
  message_sending: {
    policy: "closed",
    assignable: ["message"],
    returns: ["block", "blockReason", "content", "cancel"],
  },
  message_sent: { policy: "observe", assignable: [], returns: [] },
  transcribe_audio: {
    policy: "open",
    assignable: ["text"],
    returns: ["text"],
    until: "text",
    timeoutMs: 120_000,
  },
  session_start: { policy: "observe", assignable: [], returns: [] },
  session_end: { policy: "observe", assignable: [], returns: [] },
  before_agent_start: {
    policy: "open",
    assignable: ["message", "prependContext", "systemPrompt"],
    returns: ["block", "blockReason", "prependContext", "systemPrompt"],
  },
  agent_end: { policy: "observe", assignable: [], returns: [] },
  before_tool_call: {
    policy: "closed",
    assignable: ["params"],
    returns: ["block", "blockReason", "params", "requireApproval"],
  },
  after_tool_call: { policy: "open", assignable: ["result"], returns: ["result"] },
  tool_result_persist: { policy: "open", assignable: ["result"], returns: ["result", "message"] },
  before_compaction: { policy: "open", assignable: [], returns: ["block", "blockReason", "cancel"] },
  after_compaction: { policy: "observe", assignable: [], returns: [] },
};
