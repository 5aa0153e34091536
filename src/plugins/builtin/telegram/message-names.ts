/**
 * What the gateway calls Telegram's messages: their numbers. In private chats and small groups each bot counts for
 * itself, so the messages of a bot that took another one's place in the configuration have its id behind the number:
 * they are new, whatever the other one had.
 */
export class MessageNames {
  #bot: number | undefined;

  /** From now on messages are those of `bot`, which is not the first one of its account. */
  distinguish(bot: number): void {
    this.#bot = bot;
  }

  nameOf(chat: string | number, message: number): string {
    const isCountedByBot = this.#bot !== undefined && !String(chat).startsWith(SUPERGROUP);
    return isCountedByBot ? `${message}~${this.#bot}` : String(message);
  }
}

/** Supergroups count their messages themselves. */
const SUPERGROUP = "-100";

/** Telegram's number of a message; not a number where the name is none of a message of Telegram's. */
export function messageNumber(name: string): number {
  return Number(/^(\d+)(~\d+)?$/.exec(name)?.[1] ?? Number.NaN);
}
