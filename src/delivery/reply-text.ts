import type { AgentEvent } from "../core/agent.ts";

/** What the agent has said so far in a turn, as Markdown. Pure: events in, text out. */
export class ReplyText {
  #final = "";
  #current: string[] = [];
  #tool = "";

  /** Returns true if what a person would see has changed. */
  add(event: AgentEvent): boolean {
    switch (event.type) {
      case "message_start":
        this.#current = [];
        return false;
      case "text":
        this.#current.push(event.delta);
        this.#tool = "";
        return true;
      case "message_end":
        if (event.text.trim() !== "") this.#final = event.text;
        this.#current = [];
        return false;
      case "tool_start":
        this.#tool = `\n\n*${event.tool}…*`;
        return true;
      default:
        return false;
    }
  }

  /** For the preview: the text being written and what the agent is doing. */
  get live(): string {
    return `${this.#current.join("") || this.#final}${this.#tool}`.trim();
  }

  /** For the outbox: the last thing the agent said, and nothing else. */
  get final(): string {
    return (this.#current.join("") || this.#final).trim();
  }
}
