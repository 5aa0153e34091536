import type { Message } from "grammy/types";
import type { InboundMessage } from "../../../types.ts";
import { answered } from "./addressing.ts";

/** Telegram's apps cut a longer text into messages of at most 4096. One this long may be the beginning of more. */
const LONG_TEXT = 4000;
const LONGEST_TEXT = 4096;
/** The pieces of one text follow each other within this; Telegram tells whole seconds. */
const TOGETHER_SECONDS = 2;
const WAIT_MS = 1500;
const MOST_OPEN = 100;

interface Paste {
  readonly first: number;
  readonly date: number;
  /** Whether the piece was cut where there was space, which Telegram takes away. */
  readonly hasGap: boolean;
  /** The short piece that ended it. */
  readonly last?: number;
}

/** A piece of a text that was cut. */
export interface Piece {
  readonly part: NonNullable<InboundMessage["part"]>;
  /** What stood between it and the piece before, and is lost: some space. */
  readonly gap: "" | "\n";
}

/**
 * Recognizes the pieces of a text that was too long for one message. What it remembers is the last long piece of
 * each person, for seconds: if a crash takes that, the rest of a text is a message of its own.
 */
export class Pastes {
  readonly #open = new Map<string, Paste>();

  /** What `message` is a piece of, if it is one. The same message gets the same answer when it comes again. */
  pieceOf(message: Message): Piece | undefined {
    const { text, from, message_id, date } = message;
    if (text === undefined || from === undefined || message.forward_origin !== undefined) return undefined;
    const writer = `${message.chat.id}/${message.message_thread_id ?? ""}/${from.id}`;
    const known = this.#open.get(writer);
    const isRest = known !== undefined && isRestOf(known, message);
    if (!isRest && text.length < LONG_TEXT) return undefined;
    const { first, hasGap } = isRest ? known : { first: message_id, hasGap: false };
    const gap = hasGap && message_id !== first ? "\n" : "";
    const of = `paste/${from.id}/${first}`;
    if (text.length < LONG_TEXT) {
      this.#remember(writer, { first, date, hasGap, last: message_id });
      return { part: { of, waitMs: 0 }, gap };
    }
    this.#remember(writer, { first, date, hasGap: text.length < LONGEST_TEXT });
    return { part: { of, waitMs: WAIT_MS }, gap };
  }

  #remember(writer: string, paste: Paste): void {
    this.#open.delete(writer);
    this.#open.set(writer, paste);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
  }
}

/** The rest of a text answers nothing and is no command; “/stop” right behind a long text is. */
function isRestOf({ date, last }: Paste, message: Message): boolean {
  if (last !== undefined && last !== message.message_id) return false;
  const isCommand = message.entities?.some((one) => one.type === "bot_command" && one.offset === 0) ?? false;
  return message.date - date <= TOGETHER_SECONDS && answered(message) === undefined && !isCommand;
}
