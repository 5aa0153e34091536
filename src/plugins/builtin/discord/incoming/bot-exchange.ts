import { RecentMap } from "../../../../lib/recent-map.ts";
import { isAfter } from "./snowflake.ts";

/** So many messages of programs in a row are answered; a person's begins anew. */
const MOST_IN_A_ROW = 10;
/** After so long a quiet time a program is a new guest. */
const FORGOTTEN_MS = 3_600_000;
const MOST_CHATS = 500;

interface Row {
  readonly count: number;
  readonly atMs: number;
  /** The last message that was counted. */
  readonly upTo: string;
}

/** Keeps two programs from talking to each other for ever. */
export class BotExchange {
  readonly #rows = new RecentMap<Row>(MOST_CHATS);

  /** A person wrote in a chat: programs may be answered again. */
  notePerson(chat: string): void {
    this.#rows.delete(chat);
  }

  /**
   * Whether the message `id` that a program wrote in a chat may be answered; one that comes again counts once. The first
   * that may not is told by `isFirstRefused`.
   */
  mayPass(
    chat: string,
    id: string,
    nowMs: number,
  ): { readonly may: boolean; readonly isFirstRefused: boolean } {
    const known = this.#rows.get(chat);
    if (known && !isAfter(id, known.upTo)) {
      return { may: known.count <= MOST_IN_A_ROW, isFirstRefused: false };
    }
    const count = known && nowMs - known.atMs < FORGOTTEN_MS ? known.count + 1 : 1;
    this.#rows.set(chat, { count, atMs: nowMs, upTo: id });
    return { may: count <= MOST_IN_A_ROW, isFirstRefused: count === MOST_IN_A_ROW + 1 };
  }
}
