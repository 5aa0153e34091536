import type { Config } from "./config-schema.ts";
import type { Address, ChannelName, InboundMessage } from "./message.ts";
import type { QueueWishes } from "./session.ts";
import type { SessionKey } from "./session-key.ts";
import type { InboxId, TurnLedger } from "./store.ts";

/** What becomes of messages that come while a turn runs, in one session. */
export type QueueRules = Required<QueueWishes>;

type QueueConfig = Config["queue"];

/** The limits of the queue. The queue itself is the store: what waits there survives us. */
export class MessageQueue {
  readonly #turns: Pick<TurnLedger, "depth" | "waiting">;
  readonly #config: () => QueueConfig;

  constructor(turns: Pick<TurnLedger, "depth" | "waiting">, config: () => QueueConfig) {
    this.#turns = turns;
    this.#config = config;
  }

  /** The rules for a message from `channel`: the session's own, else the channel's, else those of all. */
  rules(channel: ChannelName, session: QueueWishes | undefined): QueueRules {
    const { byChannel, mode, debounceMs, maxPerSession: cap, drop } = this.#config();
    const ofAll = { mode, debounceMs, cap, drop };
    return orElse(session, orElse(byChannel[channel], ofAll));
  }

  /** True when the gateway as a whole should take no more: channels then make the platform wait. */
  async isSaturated(): Promise<boolean> {
    return (await this.#turns.depth()) >= this.#config().globalMaxPending;
  }

  depth(session: SessionKey): Promise<number> {
    return this.#turns.depth(session);
  }

  /** Whether `cap` messages of people wait in the session: what the gateway itself asks takes nobody's room. */
  async isFull(session: SessionKey, cap: number): Promise<boolean> {
    const depth = await this.depth(session);
    if (depth < cap) return false;
    const waiting = await this.#turns.waiting(session, depth);
    return waiting.filter(({ message }) => message.errand === undefined).length >= cap;
  }
}

type Wishes = { readonly [Name in keyof QueueWishes]?: QueueWishes[Name] | undefined };

function orElse(wishes: Wishes | undefined, rules: QueueRules): QueueRules {
  return {
    mode: wishes?.mode ?? rules.mode,
    debounceMs: wishes?.debounceMs ?? rules.debounceMs,
    cap: wishes?.cap ?? rules.cap,
    drop: wishes?.drop ?? rules.drop,
  };
}

/**
 * Which messages may become one turn: those whose answer goes to the same place. A command of pi's own, and
 * each message in `followup` mode, is a turn for itself.
 */
export function mergeKey(id: InboxId, message: InboundMessage, { mode }: Pick<QueueRules, "mode">): string {
  const place = placeKey(message.address);
  // Pieces of one message are one turn in any case.
  return mode === "followup" || message.isPiCommand ? `${place} ${message.part?.of ?? id}` : place;
}

/** The key of a message that waits, once its chat has another address. */
export function movedMergeKey(key: string, from: Address, to: Address): string {
  const before = placeKey(from);
  return key.startsWith(before) ? `${placeKey(to)}${key.slice(before.length)}` : key;
}

/** True if answers to both go to the same chat and thread. */
export function isSamePlace(one: Address, other: Address): boolean {
  return placeKey(one) === placeKey(other);
}

function placeKey({ channel, account, scope, chat, thread }: Address): string {
  return JSON.stringify([channel, account, scope, chat, thread ?? null]);
}
