import type { Pace } from "../core/channel.ts";
import type { Clock } from "../lib/clock.ts";

interface Bucket {
  /** Calls that may go now; grows by one each `perChatMs` up to the burst. */
  tokens: number;
  /** When `tokens` was right. */
  atMs: number;
  lastPreviewMs: number;
}

/**
 * Keeps calls to one chat within the platform's pace: a token bucket per chat. Previews always leave
 * one token, so the complete answer never waits for a preview that went before it. Chats wait for each
 * other only where the platform has told a whole account to wait.
 */
export class Pacer {
  /** The one that was used longest ago first. */
  readonly #buckets = new Map<string, Bucket>();
  /** Until when nobody goes, by chat or by account. */
  readonly #holds = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long a delivery has to wait; 0 means `take` it now. */
  waitMs(key: string, pace: Pace): number {
    return this.#wait(key, this.#bucket(key, pace), pace, 1);
  }

  /** Counts one call. */
  take(key: string, pace: Pace): void {
    if (pace.perChatMs > 0) this.#bucket(key, pace).tokens -= 1;
  }

  /** Counts `calls` calls if all of them may go now; else none, for what is not worth waiting for. */
  mayTake(key: string, pace: Pace, calls: number): boolean {
    const bucket = this.#bucket(key, pace);
    if (this.#wait(key, bucket, pace, calls) > 0) return false;
    if (pace.perChatMs > 0) bucket.tokens -= calls;
    return true;
  }

  /** Waits until a preview may go and counts it; false, counting nothing, if `signal` aborts first. */
  async preview(key: string, pace: Pace, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const bucket = this.#bucket(key, pace);
      const gapMs = bucket.lastPreviewMs + pace.perPreviewMs - this.#clock.now();
      const waitMs = Math.max(gapMs, this.#wait(key, bucket, pace, Math.min(2, burstOf(pace))));
      if (waitMs <= 0) {
        bucket.lastPreviewMs = this.#clock.now();
        this.take(key, pace);
        return true;
      }
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** The same for a call that is no preview. */
  async call(key: string, pace: Pace, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const waitMs = this.waitMs(key, pace);
      if (waitMs <= 0) {
        this.take(key, pace);
        return true;
      }
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** After a rate limit: nothing goes for `ms` to this chat, or, for the key of an account, to any of its chats. */
  hold(key: string, ms: number): void {
    const now = this.#clock.now();
    if (this.#holds.size >= MOST_HOLDS) this.#forgetPast(now);
    this.#holds.set(key, Math.max(this.#holds.get(key) ?? 0, now + ms));
  }

  /** How long nothing at all may go to this chat, because the platform said so. */
  heldMs(key: string): number {
    if (this.#holds.size === 0) return 0;
    let untilMs = 0;
    // A key begins with those of the chat and of the account that it belongs to.
    for (let end = key.indexOf("/"); end !== -1; end = key.indexOf("/", end + 1)) {
      untilMs = Math.max(untilMs, this.#holds.get(key.slice(0, end)) ?? 0);
    }
    untilMs = Math.max(untilMs, this.#holds.get(key) ?? 0);
    return Math.max(0, untilMs - this.#clock.now());
  }

  /** How many chats and holds it keeps in mind. */
  get size(): number {
    return this.#buckets.size + this.#holds.size;
  }

  #wait(key: string, bucket: Bucket, pace: Pace, tokens: number): number {
    const forTokensMs = pace.perChatMs === 0 ? 0 : (tokens - bucket.tokens) * pace.perChatMs;
    return Math.max(this.heldMs(key), forTokensMs);
  }

  #bucket(key: string, pace: Pace): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? newBucket(pace, now);
    if (pace.perChatMs > 0) {
      const grown = Math.max(0, now - bucket.atMs) / pace.perChatMs;
      bucket.tokens = Math.min(burstOf(pace), bucket.tokens + grown);
    }
    bucket.atMs = Math.max(bucket.atMs, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_BUCKETS) this.#forgetQuiet(now);
    return bucket;
  }

  /** A bucket quiet for long is full again, so forgetting it changes nothing; far too many go all the same. */
  #forgetQuiet(now: number): void {
    for (const [key, { atMs }] of this.#buckets) {
      if (now - atMs < QUIET_MS && this.#buckets.size <= FAR_TOO_MANY_BUCKETS) return;
      this.#buckets.delete(key);
      if (this.#buckets.size <= MOST_BUCKETS) return;
    }
  }

  #forgetPast(now: number): void {
    for (const [key, untilMs] of this.#holds) if (untilMs <= now) this.#holds.delete(key);
    const oldest = this.#holds.keys().next();
    // Whoever is let through too early is told again.
    if (this.#holds.size >= MOST_HOLDS && !oldest.done) this.#holds.delete(oldest.value);
  }
}

const MOST_BUCKETS = 1000;
const FAR_TOO_MANY_BUCKETS = 10_000;
const MOST_HOLDS = 1000;
const QUIET_MS = 60_000;
const burstOf = (pace: Pace) => pace.burst ?? 2;

function newBucket(pace: Pace, now: number): Bucket {
  return { tokens: burstOf(pace), atMs: now, lastPreviewMs: Number.NEGATIVE_INFINITY };
}
