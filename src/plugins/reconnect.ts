import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { DeadlineError } from "../lib/with-deadline.ts";
import type { Connection } from "./connection.ts";
import type { ChannelError, Logger } from "./types.ts";

const FIRST_MS = 1000;
const MOST_MS = 30_000;

export interface ReconnectParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How a platform is called, and what its errors mean. */
export interface ReconnectWords {
  /** The platform's name as people know it. */
  readonly platform: string;
  /** The error of the port for whatever a call threw. */
  readonly toError: (error: unknown, call: string) => ChannelError;
  /** Why another try is of no use, in a sentence for an owner; undefined where it may be of use. */
  readonly whyFinal: (error: unknown) => string | undefined;
}

/** What is done about calls that fail, again and again, until the platform answers. */
export class Reconnect {
  readonly #parts: ReconnectParts;
  readonly #words: ReconnectWords;
  #failures = 0;

  constructor({ connection, clock, log }: ReconnectParts, words: ReconnectWords) {
    this.#parts = { connection, clock, log };
    this.#words = words;
  }

  /** The platform has answered. */
  succeeded(): void {
    const { connection, log } = this.#parts;
    connection.becomes("connected");
    if (this.#failures > 0) log.info({ after: this.#failures }, `${this.#words.platform} is reached again`);
    this.#failures = 0;
  }

  /** Says how the line is now, and waits until it is worth another try. False where it never is. */
  async failed(error: unknown, call: string, signal: AbortSignal): Promise<boolean> {
    const { connection, clock, log } = this.#parts;
    const { platform, toError, whyFinal } = this.#words;
    this.#failures += 1;
    const final = whyFinal(error);
    if (final !== undefined) {
      connection.becomes("failed", final);
      log.error({}, final);
      return false;
    }
    const { message: why, retry } = toError(error, call);
    const said = error instanceof DeadlineError ? `${platform} did not answer in time.` : why;
    const leastMs = typeof retry === "object" ? retry.afterMs : 0;
    const waitMs = Math.max(leastMs, backoffMs(this.#failures, FIRST_MS, MOST_MS));
    connection.becomes("connecting", said);
    const level = this.#failures === 1 ? "warn" : "debug";
    log[level]({ why: said, method: call, waitMs }, `a call to ${platform} failed, it is made again`);
    await clock.sleep(waitMs, signal);
    return true;
  }
}
