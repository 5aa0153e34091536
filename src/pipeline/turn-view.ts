import type { AgentEvent } from "../core/agent.ts";
import type { HookRunner } from "../core/hooks.ts";
import { isSilence, mayBecomeSilence } from "../core/silence.ts";
import type { Turn } from "../core/store.ts";
import type { TurnEvent, TurnEvents } from "../core/turn-events.ts";
import type { AnswerView } from "../delivery/answer-view.ts";
import type { ReplyText } from "../delivery/reply-text.ts";

type ToolEvent = AgentEvent & { type: `tool_${string}` };

/** Shows a turn while it runs: as events to those who watch the session, in the chat as its settings want it. */
export class TurnView {
  readonly #turn: Turn;
  readonly #events: TurnEvents;
  readonly #inChat: Pick<AnswerView, "see"> | undefined;
  /** Whether hooks change the results of tools, and what is kept of them: what they take out is not shown. */
  readonly #resultsChange: boolean;
  readonly #keptChanges: boolean;
  readonly #messageIds: () => readonly string[];
  /** The next delta begins a new text: a new message, a retry, another attempt. */
  #fresh = true;
  /** The beginning of a text that may still become one that nobody is to see. */
  #held = "";

  /** `messageIds` tells which messages the turn answers by now. */
  constructor(
    turn: Turn,
    messageIds: () => readonly string[],
    events: TurnEvents,
    inChat: Pick<AnswerView, "see"> | undefined,
    hooks: Pick<HookRunner, "has">,
  ) {
    this.#turn = turn;
    this.#events = events;
    this.#inChat = inChat;
    this.#keptChanges = hooks.has("tool_result_persist");
    this.#resultsChange = this.#keptChanges || hooks.has("after_tool_call");
    this.#messageIds = messageIds;
  }

  get #of(): { readonly turn: string; readonly messageIds: readonly string[] } {
    return { turn: this.#turn.id, messageIds: this.#messageIds() };
  }

  started(): void {
    this.#publish({ kind: "started", ...this.#of });
  }

  /** Takes `event` into `text` and shows what has changed. */
  show(event: AgentEvent, text: ReplyText): void {
    const hasChanged = text.add(event);
    this.#inChat?.see(event, text, hasChanged);
    switch (event.type) {
      case "message_end":
        if (!isSilence(this.#held)) this.#showHeld(text);
        return this.#begin();
      case "message_start":
        return this.#begin();
      case "text":
        return this.#showText(event.delta, text);
      case "tool_start":
      case "tool_update":
      case "tool_end":
      case "tool_kept":
        return this.#showTool(event);
      case "retrying":
        this.#begin();
        return this.#publish({ kind: "retrying", reason: event.reason, ...this.#of });
      case "compacting":
        if (!event.done) this.#publish({ kind: "compacting", ...this.#of });
        return;
      default:
        return;
    }
  }

  #begin(): void {
    this.#fresh = true;
    this.#held = "";
  }

  #showText(said: string, text: ReplyText): void {
    this.#held += said;
    if (!this.#fresh || !mayBecomeSilence(this.#held)) this.#showHeld(text);
  }

  #showHeld({ answered }: ReplyText): void {
    if (this.#held === "") return;
    const delta = this.#fresh ? answered + this.#held : this.#held;
    this.#held = "";
    this.#publish({ kind: "delta", delta, replace: this.#fresh, ...this.#of });
    this.#fresh = false;
  }

  /**
   * Where hooks change what is kept of a result, people see what is kept and nothing before it: what a hook takes
   * out of the transcript must not pass by on a screen.
   */
  #showTool(event: ToolEvent): void {
    const { id, tool } = event;
    switch (event.type) {
      case "tool_start":
        return this.#publish({ kind: "tool", id, tool, phase: "start", params: event.params, ...this.#of });
      case "tool_update": {
        const result = this.#resultsChange ? {} : { result: event.result };
        return this.#publish({ kind: "tool", id, tool, phase: "update", ...result, ...this.#of });
      }
      default:
        if (this.#keptChanges !== (event.type === "tool_kept")) return;
        this.#publish({ kind: "tool", id, tool, phase: "end", result: event.result, ...this.#of });
    }
  }

  #publish(event: TurnEvent): void {
    this.#events.publish(this.#turn.session, event);
  }
}
