import { backoffMs } from "../../../../lib/backoff.ts";
import type { Clock } from "../../../../lib/clock.ts";
import { DeadlineError } from "../../../../lib/with-deadline.ts";
import type { Logger } from "../../../types.ts";
import { refusedAs, toChannelError } from "../outgoing/errors.ts";
import type { Connection } from "./connection.ts";

const FIRST_MS = 1000;
const MOST_MS = 30_000;

export interface ReconnectParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is done about calls that fail, again and again, until Telegram answers. */
export class Reconnect {
  readonly #parts: ReconnectParts;
  #failures = 0;

  constructor(parts: ReconnectParts) {
    this.#parts = parts;
  }

  /** Telegram has answered. */
  succeeded(): void {
    const { connection, log } = this.#parts;
    connection.becomes("connected");
    if (this.#failures > 0) log.info({ after: this.#failures }, "Telegram is reached again");
    this.#failures = 0;
  }

  /**
   * Says how the line is now, and waits until it is worth another try. False where it never is: Telegram does not
   * know the token.
   */
  async failed(error: unknown, method: string, signal: AbortSignal): Promise<boolean> {
    const { connection, clock, log } = this.#parts;
    this.#failures += 1;
    if (refusedAs(error) === "bad-token") {
      connection.becomes("failed", TOKEN_REFUSED);
      log.error({}, TOKEN_REFUSED);
      return false;
    }
    const { message: why, retry } = toChannelError(error, method);
    const said = error instanceof DeadlineError ? "Telegram did not answer in time." : why;
    const leastMs = typeof retry === "object" ? retry.afterMs : 0;
    const waitMs = Math.max(leastMs, backoffMs(this.#failures, FIRST_MS, MOST_MS));
    connection.becomes("connecting", said);
    const level = this.#failures === 1 ? "warn" : "debug";
    log[level]({ why: said, method, waitMs }, "a call to Telegram failed, it is made again");
    await clock.sleep(waitMs, signal);
    return true;
  }
}

/** What people read about a token that Telegram does not know. */
export const TOKEN_REFUSED =
  "Telegram does not know the bot's token, so this account has stopped; get the token from @BotFather and set it anew";
