import type { Clock } from "../../../src/lib/clock.ts";
import { tooFast, type ApiFailure } from "./api-failure.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Refuses what comes faster than the platform takes it. */
export class Rates {
  readonly #clock: Clock;
  readonly #times = new Map<string, number[]>();
  readonly #status: 429 | 400;

  /** `status` is how the limit of the whole interface is told: some of its doors say 429, some 400. */
  constructor(clock: Clock, status: 429 | 400) {
    this.#clock = clock;
    this.#status = status;
  }

  /** Any call: 50 a second and 1000 a minute for each app and address. */
  countCall(appId: string, name: string): void {
    this.#count(
      `${appId} ${name}`,
      [
        [50, SECOND_MS],
        [1000, MINUTE_MS],
      ],
      (waitS) => tooFast(99991400, "request trigger frequency limit", waitS, this.#status),
    );
  }

  /** A message to a chat: 5 a second, whoever sends. */
  countSend(chat: string): void {
    this.#count(chat, [[5, SECOND_MS]], (waitS) =>
      tooFast(230020, "This operation triggers the frequency limit.", waitS),
    );
  }

  /** A change of one message: 5 a second. */
  countChange(message: string): void {
    this.#count(message, [[5, SECOND_MS]], (waitS) =>
      tooFast(230020, "This operation triggers the frequency limit.", waitS),
    );
  }

  /** An operation on one card: 10 a second. */
  countCard(card: string): void {
    this.#count(card, [[10, SECOND_MS]], (waitS) =>
      tooFast(99991400, "request trigger frequency limit", waitS, this.#status),
    );
  }

  #count(
    key: string,
    limits: readonly (readonly [most: number, windowMs: number])[],
    refusal: (waitS: number) => ApiFailure,
  ): void {
    const now = this.#clock.now();
    const longest = Math.max(...limits.map(([, windowMs]) => windowMs));
    const times = (this.#times.get(key) ?? []).filter((at) => now - at < longest);
    this.#times.set(key, times);
    for (const [most, windowMs] of limits) {
      const within = times.filter((at) => now - at < windowMs);
      const oldest = within.at(-most);
      if (oldest !== undefined) throw refusal(Math.max(1, Math.ceil((oldest + windowMs - now) / SECOND_MS)));
    }
    times.push(now);
  }
}
