import { backoffMs } from "../../../../lib/backoff.ts";
import type { Clock } from "../../../../lib/clock.ts";
import type { Logger } from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";

export interface PatientCallsParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
}

const FIRST_WAIT_MS = 1000;
const MOST_WAIT_MS = 60_000;

/** Questions that are asked until Discord answers them: without the answer nothing goes on in a chat. */
export class PatientCalls {
  readonly #parts: PatientCallsParts;

  constructor(parts: PatientCallsParts) {
    this.#parts = parts;
  }

  /**
   * What Discord answers; undefined where it refuses, since it would again, or after `mostTries`. Rejects when the
   * gateway stops. `what` is what is asked for, for the log.
   */
  async ask<T>(
    what: string,
    call: (signal: AbortSignal) => Promise<T>,
    mostTries = Number.POSITIVE_INFINITY,
  ): Promise<T | undefined> {
    return (await this.tryFor(what, call, mostTries))?.answer;
  }

  /** The same, where it matters which: a refusal is an answer without anything in it; undefined after `mostTries`. */
  async tryFor<T>(
    what: string,
    call: (signal: AbortSignal) => Promise<T>,
    mostTries: number,
  ): Promise<{ readonly answer: T | undefined } | undefined> {
    const { clock, log, signal } = this.#parts;
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        return { answer: await call(signal) };
      } catch (error) {
        if (signal.aborted) break;
        const { message: why, retry } = toChannelError(error, true);
        const isRefused = retry === "never";
        if (isRefused || tries >= mostTries) {
          log[isRefused ? "debug" : "warn"]({ what, why }, "Discord does not say what was asked");
          return isRefused ? { answer: undefined } : undefined;
        }
        log[tries === 1 ? "warn" : "debug"]({ what, why }, "Discord is asked again");
        const leastMs = typeof retry === "object" ? retry.afterMs : 0;
        await clock.sleep(Math.max(leastMs, backoffMs(tries, FIRST_WAIT_MS, MOST_WAIT_MS)), signal);
      }
    }
    throw new Error("the gateway stops");
  }
}
