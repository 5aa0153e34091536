import { applyChat, applyTool } from "../../../src/web/state/apply-events.ts";
import {
  addSent,
  type Conversation,
  emptyConversation,
  type Row,
} from "../../../src/web/state/conversation.ts";
import { shownOf } from "../../../src/web/state/display.ts";
import type { ChatEvent, HistoryMessage, HistoryPage, ToolEvent } from "../../../src/web/wire/frames.ts";

export const KEY = "agent:main:webchat:dm:one";

/** A conversation that events happen to, one after the other. */
export class Told {
  now: Conversation = emptyConversation;

  /** The gateway acknowledged a message of this page. */
  sent(id: string, text = id): this {
    const row: Row = {
      id,
      role: "user",
      text,
      atMs: 1,
      state: "waiting",
      isLive: true,
      sendKey: `key ${id}`,
    };
    this.now = addSent(this.now, row);
    return this;
  }

  chat(state: ChatEvent["state"], facts: Partial<ChatEvent> = {}): this {
    this.now = applyChat(this.now, { sessionKey: KEY, messageIds: [], state, ...facts }, 100);
    return this;
  }

  started(turnId: string, ...messageIds: string[]): this {
    return this.chat("status", { status: "started", turnId, messageIds });
  }

  text(turnId: string, delta: string, replace = false): this {
    return this.chat("delta", { turnId, delta, replace });
  }

  final(turnId: string, text: string, ...messageIds: string[]): this {
    return this.chat("final", { turnId, text, messageIds });
  }

  tool(phase: ToolEvent["phase"], id: string, facts: Partial<ToolEvent> = {}): this {
    this.now = applyTool(this.now, { sessionKey: KEY, turnId: "t1", id, tool: "bash", phase, ...facts });
    return this;
  }

  /** What stands on the screen, from top to bottom. */
  get screen(): readonly string[] {
    return screenOf(this.now);
  }
}

export function screenOf(conversation: Conversation): readonly string[] {
  return shownOf(conversation.rows, conversation.turn, []).map((shown) => {
    if (shown.kind === "turn") return `… ${conversation.turn?.text}`;
    if (shown.kind === "outgoing") return `> ${shown.entry.text}`;
    const { role, text, state } = shown.row;
    return role === "user"
      ? `you: ${text} (${state})`
      : `pi: ${text}${state === "done" ? "" : ` (${state})`}`;
  });
}

export const user = (id: string, state: HistoryMessage["state"] = "done"): HistoryMessage => ({
  id,
  role: "user",
  text: id,
  atMs: 1,
  state: state ?? "done",
});

export const reply = (id: string, text: string): HistoryMessage => ({
  id,
  role: "assistant",
  text,
  atMs: 2,
  state: "done",
});

export const page = (messages: readonly HistoryMessage[], more: Partial<HistoryPage> = {}): HistoryPage => ({
  messages,
  ...more,
});
