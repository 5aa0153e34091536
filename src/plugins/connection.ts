import type { Clock } from "../lib/clock.ts";
import type { ChannelStatus } from "./types.ts";

/** What cannot be reached for this long is a failure that somebody should see. */
const PATIENCE_MS = 60_000;

/** How the line to the platform is, for whoever asks. */
export class Connection {
  readonly #clock: Clock;
  #state: ChannelStatus["state"] = "stopped";
  #sinceMs: number;
  #lastError: string | undefined;
  /** Whether another program fetched the same bot's messages since the start. */
  hasRival = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.now();
  }

  /** `lastError` is why, in a sentence. */
  becomes(state: ChannelStatus["state"], lastError?: string): void {
    if (state !== this.#state) this.#sinceMs = this.#clock.now();
    this.#state = state;
    this.#lastError = lastError;
  }

  status(): ChannelStatus {
    const hasGivenUp =
      this.#state === "connecting" &&
      this.#lastError !== undefined &&
      this.#clock.now() - this.#sinceMs >= PATIENCE_MS;
    return {
      state: hasGivenUp ? "failed" : this.#state,
      sinceMs: this.#sinceMs,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }
}
