import type { Pace } from "../core/channel.ts";
import type { Clock } from "../lib/clock.ts";

interface Bucket {
  /** Calls that may go now; grows by one each `perChatMs` up to the burst. */
  tokens: number;
  /** When `tokens` was right. */
  atMs: number;
  /** Nobody goes before this: the platform told us to wait. */
  heldUntilMs: number;
  lastPreviewMs: number;
}

/**
 * Keeps calls to one chat within the platform's pace: a token bucket per chat. Previews always leave
 * one token, so the complete answer never waits for a preview that went before it.
 */
export class Pacer {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long a delivery has to wait; 0 means `take` it now. */
  waitMs(key: string, pace: Pace): number {
    return this.#wait(this.#bucket(key, pace), pace, 1);
  }

  /** Counts one call. */
  take(key: string, pace: Pace): void {
    if (pace.perChatMs > 0) this.#bucket(key, pace).tokens -= 1;
  }

  /** Waits until a preview may go and counts it; false, counting nothing, if `signal` aborts first. */
  async preview(key: string, pace: Pace, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const bucket = this.#bucket(key, pace);
      const gapMs = bucket.lastPreviewMs + pace.perPreviewMs - this.#clock.now();
      const waitMs = Math.max(gapMs, this.#wait(bucket, pace, Math.min(2, burstOf(pace))));
      if (waitMs <= 0) {
        bucket.lastPreviewMs = this.#clock.now();
        this.take(key, pace);
        return true;
      }
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** After a rate limit: nothing goes to this chat for `ms`. */
  hold(key: string, ms: number): void {
    const bucket = this.#buckets.get(key);
    const until = this.#clock.now() + ms;
    if (bucket) bucket.heldUntilMs = Math.max(bucket.heldUntilMs, until);
    else this.#buckets.set(key, { tokens: 0, atMs: until, heldUntilMs: until, lastPreviewMs: 0 });
  }

  #wait(bucket: Bucket, pace: Pace, tokens: number): number {
    const now = this.#clock.now();
    const forTokensMs = pace.perChatMs === 0 ? 0 : (tokens - bucket.tokens) * pace.perChatMs;
    return Math.max(0, bucket.heldUntilMs - now, forTokensMs);
  }

  #bucket(key: string, pace: Pace): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? this.#create(key, pace);
    if (pace.perChatMs > 0) {
      const grown = Math.max(0, now - bucket.atMs) / pace.perChatMs;
      bucket.tokens = Math.min(burstOf(pace), bucket.tokens + grown);
    }
    bucket.atMs = Math.max(bucket.atMs, now);
    return bucket;
  }

  #create(key: string, pace: Pace): Bucket {
    if (this.#buckets.size >= MOST_BUCKETS) this.#forgetQuiet();
    const bucket = {
      tokens: burstOf(pace),
      atMs: this.#clock.now(),
      heldUntilMs: 0,
      lastPreviewMs: Number.NEGATIVE_INFINITY,
    };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** A bucket quiet for this long is full again, so forgetting it changes nothing. */
  #forgetQuiet(): void {
    const before = this.#clock.now() - QUIET_MS;
    for (const [key, bucket] of this.#buckets) {
      if (bucket.atMs < before && bucket.heldUntilMs < before) this.#buckets.delete(key);
    }
  }
}

const MOST_BUCKETS = 1000;
const QUIET_MS = 60_000;
const burstOf = (pace: Pace) => pace.burst ?? 2;
