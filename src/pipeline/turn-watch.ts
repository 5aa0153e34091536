import type { AgentEvent } from "../core/agent.ts";
import type { Clock } from "../lib/clock.ts";

export interface TurnLimits {
  /** The whole turn may take this long. */
  readonly timeoutMs: number;
  /** And this long without any event, while no tool and no question is open. */
  readonly stuckMs: number;
}

/** Watches over one turn: one timer, however many events pass. */
export class TurnWatch {
  readonly #clock: Clock;
  readonly #limits: TurnLimits;
  #lastEventMs: number;
  readonly #openTools = new Set<string>();
  #openQuestions = 0;

  constructor(clock: Clock, limits: TurnLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#lastEventMs = clock.now();
  }

  see(event: AgentEvent): void {
    this.#lastEventMs = this.#clock.now();
    if (event.type === "tool_start") this.#openTools.add(event.id);
    if (event.type === "tool_end") this.#openTools.delete(event.id);
    if (event.type === "question") this.#openQuestions += event.open ? 1 : -1;
  }

  /** Resolves with the limit that was passed, or undefined once `over` aborts. */
  async limitPassed(over: AbortSignal): Promise<"timeout" | "stuck" | undefined> {
    const deadlineMs = this.#clock.now() + this.#limits.timeoutMs;
    while (!over.aborted) {
      const now = this.#clock.now();
      if (now >= deadlineMs) return "timeout";
      const stuckAtMs = this.#waitsForOthers()
        ? now + this.#limits.stuckMs
        : this.#lastEventMs + this.#limits.stuckMs;
      if (now >= stuckAtMs) return "stuck";
      await this.#clock.sleep(Math.min(deadlineMs, stuckAtMs) - now, over);
    }
    return undefined;
  }

  #waitsForOthers(): boolean {
    return this.#openTools.size > 0 || this.#openQuestions > 0;
  }
}
