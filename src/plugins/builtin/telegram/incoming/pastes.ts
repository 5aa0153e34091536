import type { Message } from "grammy/types";
import type { InboundMessage } from "../../../types.ts";
import { answered } from "./addressing.ts";

/** Telegram's apps cut a longer text into messages of at most 4096. One this long may be the beginning of more. */
const LONG_TEXT = 4000;
/** The pieces of one text follow each other within this; Telegram tells whole seconds. */
const TOGETHER_SECONDS = 2;
const WAIT_MS = 1500;
const MOST_OPEN = 100;

type Part = InboundMessage["part"];

interface Paste {
  readonly first: number;
  readonly date: number;
  /** The short piece that ended it. */
  readonly last?: number;
}

/**
 * Recognizes the pieces of a text that was too long for one message. What it remembers is the last long piece of
 * each person, for seconds: if a crash takes that, the rest of a text is a message of its own.
 */
export class Pastes {
  readonly #open = new Map<string, Paste>();

  /** What `message` is a piece of, if it is one. The same message gets the same answer when it comes again. */
  partOf(message: Message): Part {
    const { text, from, message_id, date } = message;
    if (text === undefined || from === undefined || message.forward_origin !== undefined) return undefined;
    const writer = `${message.chat.id}/${message.message_thread_id ?? ""}/${from.id}`;
    const before = this.#open.get(writer);
    const first = before && isRestOf(before, message) ? before.first : message_id;
    const isLong = text.length >= LONG_TEXT;
    if (!isLong && first === message_id) return undefined;
    this.#remember(writer, isLong ? { first, date } : { first, date, last: message_id });
    return { of: `paste/${from.id}/${first}`, waitMs: isLong ? WAIT_MS : 0 };
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
