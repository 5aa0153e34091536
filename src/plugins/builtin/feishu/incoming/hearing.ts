import type { Clock } from "../../../../lib/clock.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { HeardFacts } from "./findings.ts";

const EVENT_KEY = "lastEvent";
const VERIFIED_KEY = "webhookVerified";
/** What was heard is kept so exactly. */
const GRAIN_MS = 3_600_000;

/** Remembers over restarts whether anything ever came in, for whoever wonders why nothing does. */
export class Hearing {
  readonly #memory: ChannelMemory;
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(memory: ChannelMemory, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  noteEvent(): void {
    const now = this.#clock.now();
    if (now - this.#lastMs < GRAIN_MS) return;
    this.#lastMs = now;
    void this.#memory.set(EVENT_KEY, String(now));
  }

  noteVerified(): void {
    void this.#memory.set(VERIFIED_KEY, "yes");
  }

  async facts(): Promise<Pick<HeardFacts, "lastEventMs" | "isVerified">> {
    const last = await this.#memory.get(EVENT_KEY);
    const verified = await this.#memory.get(VERIFIED_KEY);
    return { lastEventMs: last === undefined ? undefined : Number(last), isVerified: verified !== undefined };
  }
}
