import type { Receipt } from "./channel.ts";
import type { Address, InboundMessage, MessageRef } from "./message.ts";
import { formatSessionKey, type SessionKey } from "./session-key.ts";
import type { TurnId } from "./store.ts";

/** Who asks an agent for something that nobody wrote in a chat: the clock, the web, its heartbeat, another agent. */
export type ErrandGiver = "cron" | "webhook" | "heartbeat" | "agent";

/**
 * What makes a message one that the gateway itself asks. It takes the path of every message: recorded once, queued in
 * its session, a turn of its own, tried again, alive after a crash. There is no sender to let in or to tell anything,
 * commands are text, and nobody sees it being answered; hooks see it like any other message. What comes of it is
 * what `to` and `delivery` say, and {@link MessageOutcome} for whoever asked.
 */
export interface Errand {
  readonly by: ErrandGiver;
  /** What people know it by: a job's id, a webhook's name. With `by` and the message's id it names it for ever. */
  readonly name: string;
  /** Under which its answer is announced; `name` when absent. */
  readonly title?: string;
  /** The session it runs in: one of its own (see {@link errandSession}), or that of a chat. */
  readonly session: SessionKey;
  /** One sentence that tells the agent what this is and why now. It stands before the text in the prompt. */
  readonly about: string;
  /** Runs with an empty transcript. Otherwise the session goes on. */
  readonly isFresh?: boolean;
  /** For a session of its own: what the agent is in it. */
  readonly role?: string;
  /** In place of the session's model, for this turn. */
  readonly model?: string;
  readonly thinkingLevel?: string;
  /** In place of `agent.timeoutMs`. */
  readonly timeoutMs?: number;
  /** The session from which it was asked for, where an agent did. */
  readonly parent?: SessionKey;
  /**
   * What becomes of the answer. `direct`: said in `to` as it is. `announce`: under the errand's name, and known to
   * the session of that chat as a line of context. `silent`: kept for whoever asks for it. An answer with nothing to
   * say (see `isNothingToSay`) is never said.
   */
  readonly delivery: "announce" | "direct" | "silent";
  /** What tells this order from another one that came under the same id. */
  readonly digest?: string;
  /** Where it is said. Without it the answer is kept, like a silent one. */
  readonly to?: Address;
}

/** Something to be asked. */
export interface ErrandRequest {
  /** Unique for the errand's `by` and `name`: the same again is known already. */
  readonly id: string;
  readonly text: string;
  readonly errand: Errand;
}

/** Names one errand for whoever waits for it. */
export interface ErrandName {
  readonly by: ErrandGiver;
  readonly name: string;
  readonly id: string;
}

/** How something that the gateway asked stands. */
export type MessageOutcome = {
  /** See `Errand.digest`. */
  readonly digest?: string;
} & (
  | { readonly state: "waiting" | "running" }
  | {
      readonly state: "done" | "failed" | "cancelled";
      /** What the agent said, empty if that was NO_REPLY; of a failure, one sentence for people. Gone once it is pruned. */
      readonly answer?: string;
      /** Of a failure: a code, and where there is one the reference that names the log line. */
      readonly error?: string;
      readonly endedAtMs?: number;
      /** Absent where there was none, or it is no longer known. */
      readonly turn?: TurnId;
    }
);

/** Where the gateway's own requests go in, and how whoever gave one learns what came of it. */
export interface ErrandDesk {
  /** Asks, whatever is waiting already. Once this resolves it is on the disk and will be done once. Rejects with `StoreError`. */
  take(request: ErrandRequest): Promise<"recorded" | "duplicate">;
  /** The same for whoever can wait themselves: `busy` when the gateway is full, or cannot write. */
  offer(request: ErrandRequest): Promise<Receipt>;
  /** How it stands; undefined if it is not known, or no longer. */
  find(name: ErrandName): Promise<MessageOutcome | undefined>;
  /** How it has ended; how it stands at `untilMs` or when `signal` aborts. Undefined if it is not known. */
  wait(name: ErrandName, untilMs: number, signal: AbortSignal): Promise<MessageOutcome | undefined>;
  /** Calls `listener` when one may have ended. A hint: what a crash swallows is found with `find`. */
  onEnd(listener: (name: ErrandName) => void): Disposable;
}

/** One of which nothing more will come. */
export type OverOutcome = MessageOutcome & { readonly state: "done" | "failed" | "cancelled" };

/** Whether nothing more will come of it. */
export const isOver = (outcome: MessageOutcome): outcome is OverOutcome =>
  outcome.state !== "waiting" && outcome.state !== "running";

/** Where an errand is recorded: no chat of a platform. */
export function placeOfErrand({ by, name }: Pick<Errand, "by" | "name">): Address {
  return { channel: by, account: "default", scope: "job", chat: name };
}

/** A session of its own for an errand, such as `agent:main:cron:job:daily-report`. */
export function errandSession(agent: string, errand: Pick<Errand, "by" | "name">): SessionKey {
  return formatSessionKey({ agent, address: placeOfErrand(errand) });
}

/** An errand as the message that takes the path. */
export function errandMessage({ id, text, errand }: ErrandRequest, nowMs: number): InboundMessage {
  const { by, name } = errand;
  return {
    id: idOfErrand({ by, name, id }),
    address: placeOfErrand(errand),
    sender: { id: name, name, isBot: true, isOwner: false, isSelfNamed: true },
    text,
    attachments: [],
    isForBot: true,
    sentAtMs: nowMs,
    errand,
  };
}

/** What a recorded errand is called in the inbox. */
export function refOfErrand(name: ErrandName): MessageRef {
  return { address: placeOfErrand(name), id: idOfErrand(name) };
}

/** The id of its message, and the key under which its answer is delivered: the same for ever, and of no other. */
export function idOfErrand({ by, name, id }: ErrandName): string {
  return `errand/${by}:${escaped(name)}:${escaped(id)}`;
}

/** Reads {@link idOfErrand} back; undefined for the id of any other message. */
export function errandNamed(messageId: string): ErrandName | undefined {
  const [, by, name = "", id = ""] =
    /^errand\/(cron|webhook|heartbeat|agent):([^:]*):([^:]*)$/.exec(messageId) ?? [];
  if (by === undefined) return undefined;
  try {
    return { by: by as ErrandGiver, name: decodeURIComponent(name), id: decodeURIComponent(id) };
  } catch {
    // No errand of ours has such an id: somebody else's message does.
    return undefined;
  }
}

const escaped = (part: string) => encodeURIComponent(part.toWellFormed());

/** The errand that a turn is, if it is one. */
export function errandOf({ messages }: { readonly messages: readonly InboundMessage[] }): Errand | undefined {
  return messages.at(-1)?.errand;
}
