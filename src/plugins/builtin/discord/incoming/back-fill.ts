import type { APIMessage } from "discord-api-types/v10";
import type { Clock } from "../../../../lib/clock.ts";
import type { Logger } from "../../../types.ts";
import { type DiscordCalls, MOST_MESSAGES, type Page } from "./discord-calls.ts";
import type { PatientCalls } from "./patient-calls.ts";
import { idAt, isAfter, laterOf } from "./snowflake.ts";

export interface BackFillParts {
  readonly calls: Pick<DiscordCalls, "messages">;
  readonly patient: Pick<PatientCalls, "tryFor">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was written longer ago is not fetched: nobody waits for an answer to it any more. */
const OLDEST_MS = 24 * 3600 * 1000;
/** Of more messages in one chat only the youngest are fetched. */
const MOST_IN_A_CHAT = 500;
/** So many calls are made at a time. */
const MOST_AT_ONCE = 4;

/** What was written in chats while nobody listened, out of their histories. */
export class BackFill {
  readonly #parts: BackFillParts;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(parts: BackFillParts) {
    this.#parts = parts;
  }

  /**
   * The messages of a chat after `start`, oldest first; empty where Discord says that the bot may not know. Undefined
   * where a page of them was asked for `mostTries` times in vain.
   */
  messagesAfter(chat: string, start: string, mostTries: number): Promise<readonly APIMessage[] | undefined> {
    const from = laterOf(start, idAt(this.#parts.clock.now() - OLDEST_MS));
    return this.#fetch(chat, from, mostTries);
  }

  /** Makes a call when it is its turn; whoever waits to ask again is not at it. */
  async #inTurn<T>(call: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await call();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Resolves when it is one's turn; whoever is done hands it on. */
  async #turn(): Promise<void> {
    if (this.#running < MOST_AT_ONCE) this.#running += 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  async #fetch(chat: string, from: string, mostTries: number): Promise<readonly APIMessage[] | undefined> {
    const first = await this.#page(chat, { after: from }, mostTries);
    if (!first) return undefined;
    if (first.length < MOST_MESSAGES) return first.toReversed();
    // There are more than fit into one page: the youngest are worth most.
    const found: APIMessage[] = [];
    for (let before: string | undefined; found.length < MOST_IN_A_CHAT;) {
      const page = await this.#page(chat, before === undefined ? {} : { before }, mostTries);
      if (!page) return undefined;
      const wanted = page.filter(({ id }) => isAfter(id, from));
      found.push(...wanted);
      before = page.at(-1)?.id;
      if (wanted.length < MOST_MESSAGES) return found.toReversed();
    }
    const { log } = this.#parts;
    log.warn(
      { chat, fetched: found.length },
      "more was written meanwhile than is fetched; the oldest is left out",
    );
    return found.toReversed();
  }

  async #page(chat: string, page: Page, mostTries: number): Promise<readonly APIMessage[] | undefined> {
    const { calls, patient } = this.#parts;
    const what = `what was written in ${chat}`;
    const ask = (signal: AbortSignal) => this.#inTurn(() => calls.messages(chat, page, signal));
    const said = await patient.tryFor(what, ask, mostTries);
    return said && (said.answer ?? []);
  }
}
