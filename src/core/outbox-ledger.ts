import type { Address, MessageRef, OutboundMessage } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { TurnId, WorkerId } from "./store.ts";

/** What we have to say, in order per chat. */
export interface OutboxLedger {
  /** Adds deliveries; one whose `key` is known is left as it is. */
  post(deliveries: readonly Delivery[]): Promise<void>;
  /** Notes a preview the moment the platform names it, so that a crash does not orphan it. */
  notePreview(turn: TurnId, page: number, ref: MessageRef): Promise<void>;
  /** What tools of this turn have said so far, unless it died; recovery tells pi, so that it does not say it again. */
  saidByTools(turn: TurnId): Promise<readonly SaidByTool[]>;
  /** What of the turn's answer went out piece by piece so far (see `Delivery.words`), in order, unless it died. */
  saidInBlocks(turn: TurnId): Promise<readonly string[]>;
  /** Chats whose oldest open delivery is due and not in flight, longest due first, at most `limit`. */
  ready(limit: number): Promise<readonly ReadyChat[]>;
  /** Takes the oldest open delivery of `chat` if it is due: in order, one in flight per chat. */
  claim(worker: WorkerId, options: { chat: ChatKey; leaseMs: number }): Promise<PendingDelivery | undefined>;
  /** Prolongs the lease of a long upload. False if it was lost. */
  extend(key: DeliveryKey, worker: WorkerId, leaseMs: number): Promise<boolean>;
  /** False if the lease was lost. */
  settle(key: DeliveryKey, worker: WorkerId, result: DeliveryResult): Promise<boolean>;
  /** When the next delivery falls due; undefined if none is open. */
  nextDueAtMs(): Promise<number | undefined>;
  /** How a delivery stands, for whoever waits for it. */
  find(key: DeliveryKey): Promise<DeliveryState | undefined>;
  /**
   * The first deliveries in the lines of their chats (`open`, soonest due first), or those that were given up
   * (`dead`, latest first).
   */
  list(state: "open" | "dead", limit: number): Promise<readonly ListedDelivery[]>;
  /** Puts a dead delivery back in the line of its chat, with all its tries. False if there is no dead one of that key. */
  revive(key: DeliveryKey): Promise<boolean>;
  /**
   * Forgets a dead delivery, or gives up one that is first in its line. False if there is no such one, or it is on
   * its way right now.
   */
  drop(key: DeliveryKey): Promise<boolean>;
  /** What we said in the message that the platform calls so, and where; undefined if it is none of ours. */
  sentAs(
    message: MessageRef,
  ): Promise<{ readonly to: Address; readonly message: OutboundMessage } | undefined>;
  /** What a delivery of a session says; undefined once no history shows it. */
  read(key: DeliveryKey): Promise<{ session: SessionKey; message: OutboundMessage } | undefined>;
}

/** What a tool has posted, as it stands in the outbox. */
export interface SaidByTool {
  readonly key: DeliveryKey;
  readonly to: Address;
  readonly message: OutboundMessage;
}

/** Names one chat of one account, its threads apart: deliveries are in order within it. The engine makes it. */
export type ChatKey = string;

export interface ReadyChat {
  readonly chat: ChatKey;
  readonly to: Address;
}

/** Names one visible effect for ever: `{turn}/{part}`, `{turn}/tool/{toolCallId}`, `errand/cron:{job}:{at}`. */
export type DeliveryKey = string;

export interface Delivery {
  readonly key: DeliveryKey;
  readonly to: Address;
  readonly message: OutboundMessage | Withdrawal;
  /** The conversation it belongs to: its history shows it. */
  readonly session?: SessionKey;
  /** The turn whose answer this is part of. Absent for notices, tools, cron, and everybody else. */
  readonly turn?: TurnId;
  /** Of a piece of an answer that is still being written: the agent's own words in it, before any hook. */
  readonly words?: string;
  /** The preview that becomes this message. Present ⇒ delivery is an edit, which is safe to repeat. */
  readonly replaces?: MessageRef;
  /** What it replaces says exactly this already, as the platform has confirmed: there is nothing left to do. */
  readonly isShown?: boolean;
}

/** Takes back the preview in `replaces`: nothing is left of it. */
export interface Withdrawal {
  readonly kind: "withdrawal";
}

export interface PendingDelivery extends Delivery {
  readonly attempt: number;
  readonly firstAttemptAtMs: number;
  readonly known: AttemptMemory;
}

/** What earlier attempts found out. */
export interface AttemptMemory {
  /** One of them may have reached the platform without our learning of it. */
  readonly maybeSent: boolean;
  /** The platform refused our formatting. */
  readonly plain: boolean;
  /** The preview to edit is no longer there. */
  readonly previewGone: boolean;
}

export type DeliveryResult =
  | { readonly state: "sent"; readonly ref: MessageRef }
  | {
      readonly state: "retry";
      readonly afterMs: number;
      readonly known: AttemptMemory;
      /** Why this try failed. */
      readonly error?: string;
      /** The platform lets nothing of the whole account through meanwhile. Not kept. */
      readonly isAccountWide?: boolean;
    }
  | { readonly state: "dead"; readonly error: string };

/** A delivery as whoever looks after the gateway sees it. */
export interface ListedDelivery extends Delivery {
  readonly state: "pending" | "sending" | "dead";
  readonly postedAtMs: number;
  readonly attempt: number;
  /** When it is tried next. */
  readonly dueAtMs?: number;
  /** So many wait behind it in its chat. */
  readonly behind: number;
  /** Why it was given up, or why the last try failed. */
  readonly error?: string;
}

export type DeliveryState =
  | { readonly state: "pending" | "sending" }
  | { readonly state: "sent"; readonly ref: MessageRef }
  | { readonly state: "dead"; readonly error: string };
