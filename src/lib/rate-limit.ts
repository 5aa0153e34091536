import type { Clock } from "./clock.ts";
import { RecentMap } from "./recent-map.ts";

export interface RateLimitSettings {
  readonly perMinute: number;
  /** So many at once. */
  readonly burst: number;
}

/** Sources that are remembered: of the others, those that were quiet the longest begin anew. */
const MOST_SOURCES = 4096;

/** How often each source may do something: a bucket of `burst` that fills up again with `perMinute`. */
export class RateLimit {
  readonly #settings: () => RateLimitSettings;
  readonly #clock: Pick<Clock, "now">;
  /** When the bucket of each source is full again. */
  readonly #fullAtMs: RecentMap<number>;

  constructor(settings: () => RateLimitSettings, clock: Pick<Clock, "now">, most = MOST_SOURCES) {
    this.#settings = settings;
    this.#clock = clock;
    this.#fullAtMs = new RecentMap(most);
  }

  /** Takes one. 0 if `source` may go on; else how many milliseconds it must wait, and nothing was taken. */
  take(source: string): number {
    const { perMinute, burst } = this.#settings();
    const eachMs = 60_000 / perMinute;
    const nowMs = this.#clock.now();
    // At most empty: also when the clock was set back.
    const emptyAtMs = nowMs + burst * eachMs;
    const fullAtMs = Math.min(emptyAtMs, Math.max(nowMs, this.#fullAtMs.get(source) ?? nowMs));
    // Less than a hundredth is what rounding leaves.
    const waitMs = Math.ceil(fullAtMs + eachMs - emptyAtMs - 0.01);
    this.#fullAtMs.set(source, waitMs > 0 ? fullAtMs : fullAtMs + eachMs);
    return Math.max(0, waitMs);
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#fullAtMs.size;
  }
}
