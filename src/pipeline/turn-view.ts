import type { AgentEvent } from "../core/agent.ts";
import type { Turn } from "../core/store.ts";
import type { TurnEvent, TurnEvents } from "../core/turn-events.ts";
import type { LiveReply } from "../delivery/live-reply.ts";
import type { ReplyText } from "../delivery/reply-text.ts";

/** Shows a turn while it runs: as events to those who watch the session, as a preview in the chat. */
export class TurnView {
  readonly #turn: Turn;
  readonly #events: TurnEvents;
  readonly #live: LiveReply | undefined;
  readonly #of: { readonly turn: string; readonly messageIds: readonly string[] };
  /** The next delta begins a new text: a new message, a retry, another attempt. */
  #fresh = true;

  constructor(turn: Turn, events: TurnEvents, live: LiveReply | undefined) {
    this.#turn = turn;
    this.#events = events;
    this.#live = live;
    this.#of = { turn: turn.id, messageIds: turn.messages.map((message) => message.id) };
  }

  started(): void {
    this.#publish({ kind: "started", ...this.#of });
  }

  /** Takes `event` into `text` and shows what has changed. */
  show(event: AgentEvent, text: ReplyText): void {
    if (text.add(event)) this.#live?.update(() => text.live);
    switch (event.type) {
      case "message_start":
      case "message_end":
        this.#fresh = true;
        return;
      case "text":
        this.#publish({ kind: "delta", delta: event.delta, replace: this.#fresh, ...this.#of });
        this.#fresh = false;
        return;
      case "tool_start":
      case "tool_update":
      case "tool_end":
        return this.#showTool(event);
      case "retrying":
        this.#fresh = true;
        return this.#publish({ kind: "retrying", reason: event.reason, ...this.#of });
      case "compacting":
        if (!event.done) this.#publish({ kind: "compacting", ...this.#of });
        return;
      default:
        return;
    }
  }

  #showTool(event: AgentEvent & { type: "tool_start" | "tool_update" | "tool_end" }): void {
    const { id, tool } = event;
    if (event.type === "tool_start") {
      return this.#publish({ kind: "tool", id, tool, phase: "start", params: event.params, ...this.#of });
    }
    const phase = event.type === "tool_end" ? "end" : "update";
    this.#publish({ kind: "tool", id, tool, phase, result: event.result, ...this.#of });
  }

  #publish(event: TurnEvent): void {
    this.#events.publish(this.#turn.session, event);
  }
}
