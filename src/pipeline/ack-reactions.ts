import type { Channel } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { MessageRef } from "../core/message.ts";
import type { DeliveryKey, OutboxLedger, TurnId } from "../core/store.ts";
import { accountPaceKey, paceKey } from "../delivery/keys.ts";
import type { Pacer } from "../delivery/pacer.ts";
import type { Logger } from "../lib/logger.ts";
import type { Settlements } from "./settlements.ts";

export interface AckParts {
  readonly outbox: Pick<OutboxLedger, "find">;
  readonly settlements: Pick<Settlements, "follow">;
  readonly pacer: Pacer;
  readonly log: Logger;
}

/** A reaction of ours on a message that is being answered. */
interface Ack {
  readonly message: MessageRef;
  readonly channel: Channel;
  /** The calls to the platform, one after the other. */
  calls: Promise<void>;
}

/** One to put it there, one to take it away. */
const CALLS = 2;
/** Reactions have a pace of their own, so that they never keep an answer waiting. */
const BURST = 4;
const MOST = 1000;

/**
 * “I have read this”: a reaction on the message that a turn answers, from its claim until its answer is delivered.
 * A courtesy: what fails is left as it is, and nothing is remembered over a restart.
 */
export class AckReactions {
  readonly #parts: AckParts;
  readonly #acks = new Map<TurnId, Ack>();

  constructor(parts: AckParts) {
    this.#parts = parts;
  }

  /** The turn was claimed; another attempt leaves the reaction as it is. */
  set(turn: TurnId, message: MessageRef, channel: Channel, emoji: string): void {
    if (!channel.react || this.#acks.has(turn) || this.#acks.size >= MOST || !this.#mayCall(message, channel))
      return;
    this.#acks.set(turn, { message, channel, calls: this.#call(channel, message, emoji) });
  }

  /** The turn ends with these deliveries, which are about to be posted: the last of them takes the reaction away. */
  answered(turn: TurnId, keys: readonly DeliveryKey[]): void {
    const last = keys.at(-1);
    if (!this.#acks.has(turn)) return;
    if (last === undefined) return this.#remove(turn);
    const end = this.#parts.settlements.follow(last, () => void this.#look(turn, last, () => end()));
  }

  /** The turn is somebody else's: so is its reaction. */
  forget(turn: TurnId): void {
    this.#acks.delete(turn);
  }

  /** Never rejects. */
  async #look(turn: TurnId, key: DeliveryKey, end: () => void): Promise<void> {
    try {
      const delivery = await this.#parts.outbox.find(key);
      if (delivery?.state === "pending" || delivery?.state === "sending") return;
    } catch (error) {
      this.#parts.log.debug({ error }, "it is not known whether the answer was delivered");
    }
    end();
    this.#remove(turn);
  }

  #remove(turn: TurnId): void {
    const ack = this.#acks.get(turn);
    if (!ack) return;
    this.#acks.delete(turn);
    const { channel, message, calls } = ack;
    ack.calls = calls.then(() => this.#call(channel, message, ""));
  }

  #mayCall({ address }: MessageRef, channel: Channel): boolean {
    const pace = { ...channel.capabilities.pace(address), burst: BURST };
    return this.#parts.pacer.mayTake(`${paceKey(address)}/reactions`, pace, CALLS);
  }

  /** Never rejects. */
  async #call(channel: Channel, message: MessageRef, emoji: string): Promise<void> {
    const { pacer, log } = this.#parts;
    try {
      await channel.react?.(message, emoji);
    } catch (error) {
      log.debug({ error }, "a reaction could not be set");
      if (error instanceof ChannelError && error.isAccountWide && typeof error.retry === "object") {
        pacer.hold(accountPaceKey(message.address), error.retry.afterMs);
      }
    }
  }
}
