import type { Update } from "grammy/types";
import { backoffMs } from "../../../../lib/backoff.ts";
import { withDeadline } from "../../../../lib/with-deadline.ts";
import { handOver } from "../../../hand-over.ts";
import { Reconnect, type ReconnectParts } from "../../../reconnect.ts";
import { refusedAs } from "../outgoing/errors.ts";
import type { UpdateKind } from "./allowed-updates.ts";
import type { BotCalls } from "./bot-calls.ts";
import type { Intake } from "./intake.ts";
import { telegramWords } from "./reconnect-words.ts";

export interface PollParts extends ReconnectParts {
  readonly calls: Pick<BotCalls, "getUpdates" | "getWebhookInfo" | "deleteWebhook">;
  readonly intake: Pick<Intake, "take">;
  readonly kinds: readonly UpdateKind[];
}

/** How long Telegram holds a poll open while there is nothing to tell. */
const POLL_SECONDS = 30;
/** A poll that takes longer is on a dead line, whatever the line says. */
const STALLED_MS = (POLL_SECONDS + 10) * 1000;
const BATCH = 100;
/** Telegram itself holds back whoever comes again sooner. */
const CONFLICT_MS = 3000;
const MOST_CONFLICT_MS = 60_000;
const CONFIRM_MS = 2000;
const METHOD = "getUpdates";

/**
 * Fetches updates until `signal` aborts, or until Telegram does not know the token any more. Each poll confirms to
 * Telegram what is on our disk, and nothing else; so Telegram knows where to begin after a restart, and what it was
 * not told in time comes again and is known already.
 */
export class Poll {
  readonly #parts: PollParts;
  readonly #reconnect: Reconnect;
  /** Behind the last update that is on the disk. */
  #offset: number | undefined;
  #confirmed: number | undefined;
  #conflicts = 0;

  constructor(parts: PollParts) {
    this.#parts = parts;
    this.#reconnect = new Reconnect(parts, telegramWords);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const updates = await this.#fetch(signal);
      if (updates === "over") return;
      for (const update of updates) {
        if (signal.aborted) break;
        if (await this.#take(update, signal)) this.#offset = update.update_id + 1;
      }
    }
    await this.#confirm();
  }

  async #fetch(signal: AbortSignal): Promise<readonly Update[] | "over"> {
    const { clock } = this.#parts;
    try {
      const work = (attempt: AbortSignal) => this.#ask(POLL_SECONDS, BATCH, attempt);
      const updates = await withDeadline(work, { clock, ms: STALLED_MS, signal });
      this.#reconnect.succeeded();
      this.#conflicts = 0;
      return updates;
    } catch (error) {
      if (signal.aborted) return [];
      if (refusedAs(error) === "conflict") return this.#afterConflict(signal);
      return (await this.#reconnect.failed(error, METHOD, signal)) ? [] : "over";
    }
  }

  async #ask(timeout: number, limit: number, signal: AbortSignal): Promise<readonly Update[]> {
    const offset = this.#offset;
    const asked = { ...(offset === undefined ? {} : { offset }), limit, timeout };
    // Telegram takes note of it when the call comes, not when it ends.
    this.#confirmed = offset;
    return this.#parts.calls.getUpdates(asked, this.#parts.kinds, signal);
  }

  /** Either Telegram still calls a webhook, which a poll cannot share a bot with, or another program polls. */
  async #afterConflict(signal: AbortSignal): Promise<readonly Update[] | "over"> {
    const { calls, connection, clock, log } = this.#parts;
    try {
      const { url } = await calls.getWebhookInfo(signal);
      if (url) {
        log.warn({ host: new URL(url).host }, "a webhook was still set for this bot, it is taken away");
        await calls.deleteWebhook(signal);
        return [];
      }
    } catch (error) {
      if (signal.aborted) return [];
      return (await this.#reconnect.failed(error, "getWebhookInfo", signal)) ? [] : "over";
    }
    this.#conflicts += 1;
    connection.hasRival = true;
    connection.becomes("failed", HAS_RIVAL);
    const waitMs = backoffMs(this.#conflicts, CONFLICT_MS, MOST_CONFLICT_MS);
    log[this.#conflicts === 1 ? "warn" : "debug"]({ waitMs }, HAS_RIVAL);
    await clock.sleep(waitMs, signal);
    return [];
  }

  /** Whether the update is on the disk. Not without it, unless the gateway stops. */
  async #take(update: Update, signal: AbortSignal): Promise<boolean> {
    const { intake, clock, log } = this.#parts;
    const about = { update: update.update_id };
    return handOver(() => intake.take(update), { clock, log, signal, about });
  }

  /** Where the last poll came before the last update: so that the next start is not told of it again. */
  async #confirm(): Promise<void> {
    const { clock, log } = this.#parts;
    if (this.#offset === this.#confirmed) return;
    try {
      await withDeadline((attempt) => this.#ask(0, 1, attempt), { clock, ms: CONFIRM_MS });
    } catch (error) {
      log.debug({ error }, "the last updates are not confirmed, they come again");
    }
  }
}

/** What people read about a bot that two programs poll. */
export const HAS_RIVAL =
  "another program fetches the messages of this bot; only one of them gets each message, so stop the other or give it a bot of its own";
