import type { AgentEvent } from "../core/agent.ts";
import { isSilence, mayBecomeSilence } from "../core/silence.ts";

/** What the agent has said so far in a turn, as Markdown. Pure: events in, text out. */
export class ReplyText {
  #final = "";
  #current: string[] = [];
  /** Whether `#final` answers what was asked, or was only said on the way. */
  #isAnswer = false;
  readonly #answers: string[];

  /** `answered` is what an earlier attempt had to say for good. */
  constructor(answered = "") {
    this.#answers = answered === "" ? [] : [answered];
  }

  /** Returns true if what a person would see has changed. */
  add(event: AgentEvent): boolean {
    switch (event.type) {
      case "message_start":
        this.#current = [];
        return false;
      case "text":
        this.#current.push(event.delta);
        return true;
      case "message_end":
        // What a model said before it failed is void: the next try says it all.
        if (event.text.trim() !== "" && event.stopReason !== "error") {
          this.#final = isSilence(event.text) ? "" : event.text;
        }
        this.#current = [];
        this.#isAnswer = event.stopReason === "stop" || event.stopReason === "length";
        return false;
      case "steered":
        // What was answered before stays: the next answer is one to something else.
        if (this.#isAnswer && this.#final !== "") this.#answers.push(this.#final.trim());
        if (this.#isAnswer) this.#final = "";
        this.#isAnswer = false;
        return false;
      default:
        return false;
    }
  }

  /** For the preview: the text being written. */
  get live(): string {
    const current = this.#current.join("");
    const shown = mayBecomeSilence(current) ? this.#final : current;
    return `${this.answered}${shown}`.trim();
  }

  /** For the outbox: the last thing the agent said, behind what it had answered before messages joined. */
  get final(): string {
    return `${this.answered}${this.#current.join("") || this.#final}`.trim();
  }

  /** What stands before the text that is being written, with the gap between them. */
  get answered(): string {
    return this.#answers.map((answer) => `${answer}\n\n`).join("");
  }
}
