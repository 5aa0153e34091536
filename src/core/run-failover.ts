import type { Clock } from "../lib/clock.ts";
import type { AgentEvent } from "./agent.ts";
import type { SessionModels } from "./session-models.ts";
import { isRecord, textOf, type WireRecord } from "./rpc-protocol.ts";

export interface RunFailoverDeps {
  readonly models: SessionModels;
  readonly clock: Clock;
  /** Aborts when the run is over, or is to stop. */
  readonly over: AbortSignal;
  readonly tell: (event: AgentEvent) => void;
  /** Stops what pi is doing: the model that it asks says nothing. */
  readonly interrupt: () => void;
}

/** What a timer can hold. */
const LONGEST_SLEEP_MS = 2_147_483_647;

/**
 * Keeps one run going while its models fail. While pi tries again by itself, the next model answers that try; where
 * pi gives up, the run is told to go on from where it stands.
 */
export class RunFailover {
  readonly #deps: RunFailoverDeps;
  #switching: Promise<unknown> = Promise.resolve();
  /** Since when the model that is asked has said nothing; undefined while none is asked. */
  #askedSinceMs: number | undefined;
  #silent: string | undefined;
  #watching: Promise<void> | undefined;

  constructor(deps: RunFailoverDeps) {
    this.#deps = deps;
  }

  /** True from when a model was interrupted for its silence until the run goes on. */
  get isInterrupted(): boolean {
    return this.#silent !== undefined;
  }

  take(record: WireRecord, model: string | undefined): void {
    if (record.type === "turn_start") this.#askedSinceMs = this.#deps.clock.now();
    else if (isEndOfAnswer(record) || record.type === "agent_end") this.#askedSinceMs = undefined;
    else if (this.#askedSinceMs !== undefined) this.#askedSinceMs = this.#deps.clock.now();
    if (record.type !== "auto_retry_start") return;
    this.#switching = this.#switching.then(() => this.#onRetry(model, textOf(record["errorMessage"])));
  }

  /** Watches over silence until the run is over. */
  start(): void {
    if (this.#deps.models.hasNext) this.#watching = this.#watchSilence();
  }

  /** Resolves when nothing of it goes on any more. */
  async finished(): Promise<void> {
    await this.#watching;
    await this.#switching;
  }

  /** pi has given up, with `failure`. True if the run is to go on: another model is set, or the pause is over. */
  async goesOn(model: string | undefined, failure: string): Promise<boolean> {
    await this.#switching;
    const { models, clock, over } = this.#deps;
    // Who has waited this long for nothing does not wait for the same model again.
    const said = this.#silent ?? failure;
    const step =
      this.#silent === undefined ? models.failed(model, said) : models.failed(undefined, said, true);
    if (step.do === "give-up") return false;
    this.#tellRetry(said, step.do === "again" ? step.pauseMs : 0);
    if (step.do === "again") await clock.sleep(step.pauseMs, over);
    else await models.settle();
    this.#silent = undefined;
    return !over.aborted;
  }

  /** Never rejects: a switch that fails leaves pi with the model that it has. */
  async #onRetry(model: string | undefined, said: string): Promise<void> {
    const { models } = this.#deps;
    if (models.failed(model, said).do !== "switch") return;
    try {
      await models.settle();
      this.#tellRetry(said, 0);
    } catch {
      // None that is left can be used, or pi has died: how this run ends says it.
    }
  }

  #tellRetry(said: string, delayMs: number): void {
    const { models, tell } = this.#deps;
    const reason = `${models.redact(said)} → ${models.inUse.id}`;
    tell({ type: "retrying", attempt: 1, delayMs, reason });
  }

  async #watchSilence(): Promise<void> {
    const { models, clock, over } = this.#deps;
    while (!over.aborted && models.hasNext) {
      const limitMs = Math.min(models.silenceMs, LONGEST_SLEEP_MS);
      const silentMs = this.#askedSinceMs === undefined ? 0 : clock.now() - this.#askedSinceMs;
      if (silentMs >= limitMs) {
        this.#askedSinceMs = undefined;
        this.#silent = `timed out: it said nothing for ${Math.round(limitMs / 1000)} s`;
        this.#deps.interrupt();
      }
      await clock.sleep(Math.max(1, Math.min(limitMs - silentMs, limitMs)), over);
    }
  }
}

function isEndOfAnswer(record: WireRecord): boolean {
  const { message } = record;
  return record.type === "message_end" && isRecord(message) && message["role"] === "assistant";
}
