import type { Channel } from "../core/channel.ts";
import { errandOf } from "../core/errand.ts";
import type { Address } from "../core/message.ts";
import type { DeliveryKey, Turn } from "../core/store.ts";
import type { Pacer } from "../delivery/pacer.ts";
import { replyStyleOf } from "../delivery/reply-style.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { AckReactions, type AckParts } from "./ack-reactions.ts";
import { addressOf } from "./turn.ts";
import { Typing } from "./typing.ts";

export interface TurnSignsDeps extends AckParts {
  /** The channel that can reach an address; undefined if it is not there any more. */
  readonly channel: (to: Address) => Channel | undefined;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What people see of a turn besides its answer: that somebody writes, and that their message was read. */
export class TurnSigns {
  readonly #deps: TurnSignsDeps;
  readonly #acks: AckReactions;

  constructor(deps: TurnSignsDeps) {
    this.#deps = deps;
    this.#acks = new AckReactions(deps);
  }

  /** For a channel that can show it, where somebody waits. */
  typing(turn: Turn): Typing | undefined {
    if (errandOf(turn)) return undefined;
    const to = addressOf(turn);
    const channel = this.#deps.channel(to);
    const { pacer, clock, log } = this.#deps;
    return channel?.typing && new Typing({ channel, to, pacer, clock, log });
  }

  claimed(turn: Turn): void {
    const message = turn.messages.at(-1);
    const channel = message && this.#deps.channel(message.address);
    const emoji = channel && replyStyleOf(channel, message.address).ackReaction;
    // A button was pressed on a message of ours.
    if (!emoji || message.pressedOn !== undefined) return;
    this.#acks.set(turn.id, { address: message.address, id: message.id }, channel, emoji);
  }

  /** The turn is about to end with these deliveries. */
  ends(turn: Turn, keys: readonly DeliveryKey[]): void {
    this.#acks.answered(turn.id, keys);
  }

  /** It did not end here: somebody else has it. */
  lost(turn: Turn): void {
    this.#acks.forget(turn.id);
  }
}
