import type { ModelInUse } from "./agent.ts";
import { AgentError, ModelError } from "./errors.ts";
import { isDemo, nameOf } from "./model-choice.ts";
import type { FailedTry, NextStep, TurnModels } from "./model-failover.ts";
import type { WireModel } from "./rpc-protocol.ts";

export interface SessionModelsOptions {
  readonly turn: TurnModels;
  readonly available: readonly WireModel[];
  /** Makes pi ask this model from now on. Rejects with `AgentError` "refused" if it cannot. */
  readonly setModel: (name: string) => Promise<void>;
  /** Takes out of a text what must not be told. */
  readonly redact: (text: string) => string;
}

/** The models of one turn in the pi that works on it: what fails here is followed by the next one, in pi too. */
export class SessionModels {
  readonly #options: SessionModelsOptions;

  constructor(options: SessionModelsOptions) {
    this.#options = options;
  }

  get inUse(): ModelInUse {
    const { turn, available } = this.#options;
    const model = available.find((one) => nameOf(one) === turn.current);
    const window = model?.contextWindow === undefined ? {} : { contextWindow: model.contextWindow };
    return { id: turn.current || "unknown", isDemo: model !== undefined && isDemo(model), ...window };
  }

  get hasNext(): boolean {
    return this.#options.turn.hasNext;
  }

  get silenceMs(): number {
    return this.#options.turn.silenceMs;
  }

  /** What an error is told with. */
  get failure(): { readonly tried: readonly FailedTry[]; readonly pinned?: string } {
    const { tried, pinned } = this.#options.turn;
    return { tried, ...(pinned === undefined ? {} : { pinned }) };
  }

  redact(text: string): string {
    return this.#options.redact(text);
  }

  /** Makes pi ask the first model that it takes. Rejects with `ModelError` when it takes none. */
  async settle(): Promise<void> {
    while (true) {
      const { turn, redact } = this.#options;
      const said = await this.#refusalOf(turn.current);
      if (said === undefined) return;
      if (this.failed(turn.current, said).do !== "switch") throw new ModelError(redact(said), this.failure);
    }
  }

  /** `model` failed. A switch is a plan until {@link settle}. */
  failed(model: string | undefined, said: string, isLast = false): NextStep {
    const { turn, redact } = this.#options;
    return turn.failed(model ?? turn.current, redact(said), isLast);
  }

  answered(model: string | undefined): void {
    const { turn } = this.#options;
    turn.answered(model ?? turn.current);
  }

  /** Why pi will not ask the model; undefined once it does. */
  async #refusalOf(name: string): Promise<string | undefined> {
    try {
      await this.#options.setModel(name);
      return undefined;
    } catch (error) {
      if (error instanceof AgentError && error.code === "refused") return error.message;
      throw error;
    }
  }
}
