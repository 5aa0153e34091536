import type { AccessLedger } from "./access.ts";
import type { ChatLedger, ChatNote, LineId } from "./chat-ledger.ts";
import type { CronLedger } from "./cron-job.ts";
import type { Amended, Amendment, History, HistoryPage } from "./history.ts";
import type { MessageOutcome } from "./errand.ts";
import type { Address, InboundEvent, InboundMessage, MessageRef } from "./message.ts";
import type { Delivery, OutboxLedger } from "./outbox-ledger.ts";
import type { Session, SessionPatch } from "./session.ts";
import type { SessionKey } from "./session-key.ts";
import type { TurnUsage, UsageLedger } from "./usage.ts";

/**
 * Everything the gateway must not forget. A verb is the unit of atomicity: each call happens
 * entirely or not at all, and no transaction object leaves the engine. That is what lets an
 * engine be one SQLite file or a cluster. `test/contracts/store.ts` is the definition in code;
 * an engine is right iff it passes.
 *
 * No verb's cost grows with finished rows. Every verb rejects with `StoreError` when the engine
 * cannot write (disk full, read-only, corrupt); nothing has happened then.
 */
export interface Store {
  open(): Promise<void>;
  close(): Promise<void>;

  readonly inbox: InboxLedger;
  readonly chats: ChatLedger;
  readonly turns: TurnLedger;
  readonly outbox: OutboxLedger;
  readonly sessions: SessionLedger;
  readonly access: AccessLedger;
  readonly cron: CronLedger;
  readonly leases: LeaseLedger;
  readonly state: StateLedger;
  readonly usage: UsageLedger;

  /** What was said in a session, newest page first asked, oldest row first in it. */
  history(session: SessionKey, page: HistoryPage): Promise<History>;
  /**
   * Changes how the history shows a message: one of ours by its delivery key, anybody's by the platform's id. What
   * is edited or removed is ours and has been sent. Resolves with the row as it is now, or undefined if there is none.
   */
  amend(
    message: MessageRef,
    of: { session: SessionKey; agent: string },
    change: Amendment,
  ): Promise<Amended | undefined>;
  /** Deletes at most `limit` finished rows that are past their time; returns how many. Call until 0. */
  prune(retention: Retention, limit: number): Promise<number>;
  /** Hints that there may be work. May be late, may be missed: consumers also poll. */
  onWork(listener: (kind: WorkKind) => void): Disposable;
}

export type * from "./access.ts";
export type * from "./chat-ledger.ts";
export type * from "./history.ts";
export type * from "./outbox-ledger.ts";

export type WorkKind = "inbox" | "turn" | "delivery";

export interface Retention {
  /**
   * What no history shows: messages that were refused, blocked or answered without a session, what ended
   * turns leave to a next attempt, deliveries that died or belong to no session. Gone if it ended before this.
   */
  readonly finishedBeforeMs: number;
  /**
   * History of sessions: rows older than this go as well, and with them the knowledge that their messages
   * came once. Absent: kept as long as its session.
   */
  readonly historyBeforeMs?: number;
  /** Runs of scheduled jobs that ended before this go. Absent: they stay. */
  readonly runsBeforeMs?: number;
}

/** What we were told, once each. */
export interface InboxLedger {
  /**
   * Writes `message` unless one with the same address, agent and id is known. The dedup is this
   * insert; a known one answers with the id it had.
   */
  record(message: InboundMessage): Promise<{ receipt: "recorded" | "duplicate"; id: InboxId }>;
  /** The same for what is no message. `id` is the platform's event id; the answer's is ours. */
  recordEvent(id: string, event: InboundEvent): Promise<{ receipt: "recorded" | "duplicate"; id: EventId }>;
  /**
   * Ends admission: to a session's queue, or nowhere. No effect if already settled. Returns what was cancelled
   * to make room, each told what its sender reads in the same step. Of a message that was refused no word is kept.
   */
  settle(id: InboxId, fate: Admission): Promise<readonly InboxEntry[]>;
  /** The event was acted on. */
  settleEvent(id: EventId): Promise<void>;
  /** Recorded but not settled, in the order in which it came: what a crash interrupted. */
  unsettled(): Promise<readonly (InboxEntry | EventEntry)[]>;
  /** The other pieces of the message that this one is a piece of, oldest first; the latest few. */
  pieces(message: InboundMessage): Promise<readonly KnownMessage[]>;
  /** The message that the platform calls so, whoever wrote it, and how far it got. */
  find(message: MessageRef): Promise<KnownMessage | undefined>;
  /** What became of a message that the gateway itself asks; undefined if none is known by that name. */
  outcome(message: MessageRef): Promise<MessageOutcome | undefined>;
  /**
   * Puts what was `written` later in the place of a message, as it stands in the history. True if it waits: then it
   * is also `heard` like that; whoever has it already goes on with what it was.
   */
  rewrite(id: InboxId, now: { readonly written: string; readonly heard: InboundMessage }): Promise<boolean>;
  /** Cancels a message that waits; nobody is told. False if it does not, or no longer. */
  cancel(id: InboxId): Promise<boolean>;
  /** What waits for a turn of all that was said in a chat, its threads included. */
  waitingFrom(chat: Pick<Address, "channel" | "account" | "chat">): Promise<readonly KnownMessage[]>;
}

export type EventId = string;

export interface EventEntry {
  readonly id: EventId;
  readonly event: InboundEvent;
}

/** A message that was recorded; `message` is as it was written. */
export interface KnownMessage extends InboxEntry {
  /** As the agent hears it: hooks and commands may have changed it. */
  readonly heard: InboundMessage;
  /** `taken`: a turn has it or had it; `over`: it ended otherwise. */
  readonly state: "unsettled" | "waiting" | "taken" | "overheard" | "over";
  readonly session?: SessionKey;
}

export type InboxId = string;

export interface InboxEntry {
  readonly id: InboxId;
  readonly message: InboundMessage;
}

export type Admission =
  | {
      readonly fate: "queued";
      readonly session: SessionKey;
      readonly priority: number;
      readonly message: InboundMessage;
      /** Only messages with the same key become one turn: those whose answer goes to the same place. */
      readonly mergeKey: string;
      readonly room?: QueueRoom;
      /** Set by a message that comes while a turn runs there: the next turn begins this long after it. */
      readonly quietMs?: number;
      /** The last line that is part of the message as its context: the session has read its chat so far. */
      readonly readUpTo?: LineId;
      /** Pieces of the same message that were overheard before: they wait with it. */
      readonly earlier?: readonly InboxEntry[];
    }
  /** It was not for the agent; `line` is what is kept of it as context. */
  | { readonly fate: "overheard"; readonly session?: undefined; readonly line?: string }
  | { readonly fate: "refused" | "blocked" | "command" | "full"; readonly session?: SessionKey };

/** What happens to what waits when one more message comes. */
export interface QueueRoom {
  /** So many may wait in full, the new one among them. */
  readonly keep: number;
  /** Whose number counts: of the whole session, or of the messages with the new one's key. */
  readonly among: "session" | "key";
  /**
   * What becomes of the oldest ones that are too many. `summarize`: they go on waiting, as lines of the next
   * prompt. `old`: they are cancelled, and `tell` makes what each sender reads.
   */
  readonly drop: "summarize" | "old";
  readonly tell: (entry: InboxEntry) => Delivery;
}

/** Runs of the agent over the messages waiting in a session. */
export interface TurnLedger {
  /**
   * Takes the session that has waited longest among those without an unfinished turn, and its waiting
   * messages, as one turn leased to `worker`: the oldest and those behind it with the same merge key, at most
   * `mergeLimit` and those that are mere lines by now. Pieces of one message count as one and are never parted; while
   * more of them may come, no turn of their session begins. A session waits since its oldest
   * message came or since its last turn ended, whichever is later, so sessions take turns; among those
   * that wait since the same millisecond the higher priority goes first. A session that is still to be quiet
   * (`quietMs`) is left alone. Atomic across workers and
   * nodes: a session never runs two turns. A turn whose lease ran out, or that was released and is due,
   * is taken first, with `attempt` one higher. No two that hold at the same time share a `WorkerId`.
   */
  claim(worker: WorkerId, options: ClaimOptions): Promise<Turn | undefined>;
  /** What waits in a session, oldest first, at most `limit`. */
  waiting(session: SessionKey, limit: number): Promise<readonly InboxEntry[]>;
  /**
   * Adds messages still waiting in the turn's session to the running turn, each with a note of what pi is
   * handed; not one whose text is another than `text` by now. Returns those that were added; undefined if the
   * lease was lost.
   */
  attach(
    turn: TurnId,
    worker: WorkerId,
    joining: readonly { readonly id: InboxId; readonly note: PromptNote; readonly text?: string }[],
  ): Promise<readonly InboxId[] | undefined>;
  /** Prolongs the lease. False if it was lost: the caller must stop at once and write nothing. */
  extend(turn: TurnId, worker: WorkerId, leaseMs: number): Promise<boolean>;
  /**
   * Notes what is handed to pi, just before it is. Recovery looks for it behind `position`. The prompt holds all
   * messages that the turn has by then: their own notes are gone.
   */
  notePrompt(turn: TurnId, worker: WorkerId, prompt: PromptNote): Promise<boolean>;
  /**
   * Ends the turn, posts its replies, counts it in its session, and puts back what it could not ask, in one step.
   * False if the lease was lost.
   */
  finish(turn: TurnId, worker: WorkerId, result: TurnResult): Promise<boolean>;
  /** Puts the turn back. `countAttempt: false` for a shutdown that interrupted it. */
  release(turn: TurnId, worker: WorkerId, again: { afterMs: number; countAttempt: boolean }): Promise<void>;
  /**
   * Cancels what waits in a session; a running turn goes on. Returns the messages that were waiting; what `tell`
   * makes of each, for its sender to read, is posted in the same step.
   */
  clear(
    session: SessionKey,
    tell?: (entry: InboxEntry) => Delivery | undefined,
  ): Promise<readonly InboxEntry[]>;
  /** The turn of the session that has not ended: it runs, or is to be tried again. */
  unfinished(session: SessionKey): Promise<TurnId | undefined>;
  /** Messages waiting for a turn, in one session or in all. Costs the same however many there are. */
  depth(session?: SessionKey): Promise<number>;
  /** When the next released or lapsed turn, or a session that is to be quiet, falls due; undefined if none will. */
  nextDueAtMs(): Promise<number | undefined>;
}

export type TurnId = string;
export type WorkerId = string;

export interface ClaimOptions {
  readonly leaseMs: number;
  readonly mergeLimit: number;
}

/** What pi was asked, and where its transcript ended then. */
export interface PromptNote {
  readonly text: string;
  /** Id of the last entry of pi's session file; absent if there was none. */
  readonly position?: string;
}

export interface Turn {
  readonly id: TurnId;
  readonly session: SessionKey;
  readonly messages: readonly InboundMessage[];
  /** 1 on the first try. */
  readonly attempt: number;
  /** Set iff an earlier attempt got as far as prompting pi. */
  readonly prompted?: PromptNote;
  /** Previews an earlier attempt left visible. The next one goes on in them. */
  readonly previews: readonly MessageRef[];
  /** So many of the first messages were too many to wait in full: they are lines of the prompt. */
  readonly collapsed: number;
  /** Those of `messages` that joined while an earlier attempt ran, in the order in which pi was handed them. */
  readonly steered: readonly SteeredMessage[];
}

/** A message that joined a running turn, and what pi was handed. */
export interface SteeredMessage {
  readonly id: InboxId;
  readonly message: InboundMessage;
  readonly note: PromptNote;
}

export interface TurnResult {
  readonly state: "done" | "failed" | "cancelled";
  readonly replies: readonly Delivery[];
  readonly error?: string;
  /** What it has used: it is on its accounts from the same step on. */
  readonly usage?: TurnUsage;
  /** Messages that joined the turn and that pi has not taken: they wait again, at their old place. */
  readonly putBack?: readonly InboxId[];
  /** What came of something that the gateway itself asked: see {@link InboxLedger.outcome}. */
  readonly answer?: string;
  /** What chats are to know of it: context for what is said there next. */
  readonly notes?: readonly PlacedNote[];
}

/** A line of a place. */
export interface PlacedNote extends ChatNote {
  readonly place: Address;
}

/** The conversations we know. */
export interface SessionLedger {
  get(key: SessionKey): Promise<Session | undefined>;
  /** Creates the session from `first` unless it exists. `created` tells which. */
  open(first: Session): Promise<{ session: Session; created: boolean }>;
  /** Applies `patch`; undefined if there is no such session. */
  update(key: SessionKey, patch: SessionPatch): Promise<Session | undefined>;
  /** Whether a turn is unfinished or a message waits in it, and when a person last wrote in it. */
  activity(key: SessionKey): Promise<SessionActivity>;
  /** Latest active first, with what waits and runs in each. */
  list(limit: number): Promise<readonly SessionSummary[]>;
  /** The latest conversation of an agent in that chat, in the same thread of it; undefined if it has none there. */
  inChat(agent: string, chat: Address): Promise<Session | undefined>;
  /** At most `limit` that are in no chat, and in which nothing happened since `beforeMs`; the idlest first. */
  idleJobs(beforeMs: number, limit: number): Promise<readonly Session[]>;
  /** Forgets the session and what was said in it. What is open in it goes on: `clear` it first. */
  remove(key: SessionKey): Promise<boolean>;
}

export interface SessionActivity {
  readonly isBusy: boolean;
  /**
   * When the last message came that a person wrote and that was settled in it; absent if none was. Behind hundreds that
   * the gateway itself asked, when the first of those came.
   */
  readonly lastHeardAtMs?: number;
}

export interface SessionSummary extends Session {
  readonly waiting: number;
  readonly running: boolean;
}

/** For what only one node may do, such as polling one account. */
export interface LeaseLedger {
  /** True if `worker` holds `name` for `leaseMs` from now. Call again to renew. */
  hold(name: string, worker: WorkerId, leaseMs: number): Promise<boolean>;
  drop(name: string, worker: WorkerId): Promise<void>;
}

/** Small values that channels and plugins keep. */
export interface StateLedger {
  get(namespace: string, key: string): Promise<string | undefined>;
  set(namespace: string, key: string, value: string): Promise<void>;
}
