import type { Clock } from "../../../src/lib/clock.ts";
import { ApiFailure } from "./api-failure.ts";
import type { MethodName } from "./fields.ts";

interface Bucket {
  tokens: number;
  atMs: number;
}

interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

/** As far as Telegram tells: a message a second in a chat, bursts aside, 20 a minute in a group, 30 a second in all. */
const PRIVATE: Limit = { burst: 5, perSecond: 1 };
const GROUP: Limit = { burst: 20, perSecond: 20 / 60 };
const ALL: Limit = { burst: 30, perSecond: 30 };
const WRITES = /^(send|edit|forward|copy)/;
const FREE = /^send(ChatAction|MessageDraft|RichMessageDraft)$/;

/** Refuses what comes faster than Telegram takes it. */
export class Rates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a call; throws the refusal if it comes too soon. */
  count(botId: number, method: MethodName, chat: unknown): void {
    if (!WRITES.test(method) || FREE.test(method) || typeof chat !== "number") return;
    const limits: [string, Limit][] = [
      [`${botId}`, ALL],
      [`${botId}/${chat}`, chat > 0 ? PRIVATE : GROUP],
    ];
    const waitS = Math.max(...limits.map(([key, limit]) => this.#waitS(key, limit)));
    if (waitS > 0) {
      throw new ApiFailure(429, `Too Many Requests: retry after ${waitS}`, { retry_after: waitS });
    }
    for (const [key] of limits) {
      const bucket = this.#buckets.get(key);
      if (bucket) bucket.tokens -= 1;
    }
  }

  #waitS(key: string, { burst, perSecond }: Limit): number {
    const now = this.#clock.now();
    const { tokens, atMs } = this.#buckets.get(key) ?? { tokens: burst, atMs: now };
    const left = Math.min(burst, tokens + ((now - atMs) / 1000) * perSecond);
    this.#buckets.set(key, { tokens: left, atMs: now });
    return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
  }
}
