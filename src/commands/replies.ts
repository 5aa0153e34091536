import type { CommandFate, ReplyOptions } from "../core/command.ts";
import type { InboundMessage } from "../core/message.ts";
import type { Route } from "../core/session-router.ts";
import type { DeliveryKey, InboxId } from "../core/store.ts";

/** The message that holds a command, and where it belongs. */
export interface Place {
  readonly id: InboxId;
  readonly message: InboundMessage;
  readonly route: Route;
}

/** One answer of a command. `part` counts its answers; 0 is the one that stands for the message's end. */
export interface CommandReply extends Place, ReplyOptions {
  readonly part: number;
  readonly markdown: string;
}

/**
 * Puts an answer in the outbox, once for its message and part. `text` is what people read; absent when it was
 * withheld, or put there before.
 */
export type Say = (reply: CommandReply) => Promise<{ readonly key: DeliveryKey; readonly text?: string }>;

/** The answers of one command, in the order in which it gave them. */
export class Replies {
  readonly #place: Place;
  readonly #say: Say;
  #last: Promise<unknown> = Promise.resolve();
  #part = 0;
  #isOver = false;
  #failure: unknown;
  #first: { readonly key: DeliveryKey; readonly text?: string } | undefined;

  constructor(place: Place, say: Say) {
    this.#place = place;
    this.#say = say;
  }

  /** Durable once it resolves. An empty answer is none. */
  say(markdown: unknown, options: ReplyOptions = {}): Promise<void> {
    const text = typeof markdown === "string" ? markdown : String(markdown);
    if (text.trim() === "") return this.settled();
    // What comes when the command is over is a message of its own.
    if (this.#isOver && this.#part === 0) this.#part = 1;
    const part = this.#part++;
    const saying = this.#post({ part, markdown: text, ...options }, this.#last);
    this.#last = saying.catch((error: unknown) => {
      this.#failure ??= error;
    });
    return saying;
  }

  async #post(reply: Omit<CommandReply, keyof Place>, before: Promise<unknown>): Promise<void> {
    await before;
    const said = await this.#say({ ...this.#place, ...reply });
    if (reply.part === 0) this.#first = said;
  }

  /** Resolves once all answers so far are durable, also those that nobody waited for; rejects if one is not. */
  async settled(): Promise<void> {
    await this.#last;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** The end of the message, as far as it was answered. */
  fate(): CommandFate {
    this.#isOver = true;
    const { key, text } = this.#first ?? {};
    return {
      kind: "done",
      ...(key === undefined ? {} : { key }),
      ...(text === undefined ? {} : { said: text }),
    };
  }
}
