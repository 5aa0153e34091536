import type { InboundMessage } from "../core/message.ts";
import type { Logger } from "../lib/logger.ts";
import type { Access } from "./access-control.ts";

/** Chats and reasons that are remembered. */
const MOST_KNOWN = 1000;

/** Tells the log why messages are not taken: a line for each chat and reason, however many messages follow. */
export class Refusals {
  readonly #log: Logger;
  readonly #known = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  note(
    { address, sender }: InboundMessage,
    { why, isOverheard }: Access & { readonly allowed: false },
  ): void {
    const { channel, account, chat } = address;
    const key = JSON.stringify([channel, account, chat, why]);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const [oldest] = this.#known;
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    const facts = { channel, account, chat, sender: sender.id, why };
    if (isOverheard) this.#log.debug(facts, "a message was not for the bot");
    else this.#log.info(facts, "a message was not taken: its sender may not talk here");
  }
}
