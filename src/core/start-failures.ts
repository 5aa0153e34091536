import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { AgentError } from "./errors.ts";

const FIRST_MS = 1000;
const MOST_MS = 30_000;

/** Remembers starts that failed, so that a broken pi is not started over and over. */
export class StartFailures {
  readonly #clock: Clock;
  readonly #log: Logger;
  #count = 0;
  #notBeforeMs = 0;
  #lastError: AgentError | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Why the last start failed; undefined after one that worked. */
  get lastError(): string | undefined {
    return this.#lastError?.message;
  }

  /** How long the pause after a failure still is. */
  get pauseMs(): number {
    return Math.max(0, this.#notBeforeMs - this.#clock.now());
  }

  note(error: unknown): void {
    const failure = error instanceof AgentError ? error : new AgentError("unavailable", String(error));
    if (failure.message !== this.lastError) this.#log.error({ error }, "pi cannot be started");
    this.#lastError = failure;
    // Several that fail together count once.
    if (this.pauseMs > 0) return;
    this.#count += 1;
    this.#notBeforeMs = this.#clock.now() + backoffMs(this.#count, FIRST_MS, MOST_MS);
  }

  /** Throws what there is to say while the pause lasts. */
  throwIfPaused(): void {
    if (this.pauseMs === 0) return;
    throw new AgentError("unavailable", this.lastError ?? "pi cannot be started", {
      retry: { afterMs: this.pauseMs },
      userMessage: this.#lastError?.userMessage ?? "pi cannot be started.",
    });
  }

  /** A start worked. */
  clear(): void {
    this.endPause();
    this.#lastError = undefined;
  }

  /** The next start may be tried at once: something has changed. */
  endPause(): void {
    this.#count = this.#notBeforeMs = 0;
  }
}
