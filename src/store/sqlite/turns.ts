import type { SessionKey } from "../../core/session-key.ts";
import type {
  ClaimOptions,
  Delivery,
  InboxEntry,
  InboxId,
  PromptNote,
  Turn,
  TurnId,
  TurnLedger,
  TurnResult,
  WorkerId,
} from "../../core/store.ts";
import type { Query } from "./connection.ts";
import { decode } from "./json.ts";
import type { LedgerParts } from "./parts.ts";
import { previewsOf } from "./previews.ts";
import { idOf, seqOf } from "./sequence.ts";
import type { SessionQueue } from "./session-queue.ts";
import { turnStatements, type TurnRow, type TurnStatements } from "./turn-statements.ts";

/** Posts deliveries inside a transaction that is already open. */
export interface Poster {
  postAll(deliveries: readonly Delivery[]): void;
}

export class SqliteTurns implements TurnLedger {
  readonly #parts: LedgerParts;
  readonly #queue: SessionQueue;
  readonly #outbox: Poster;
  readonly #sql: TurnStatements;

  constructor(parts: LedgerParts, queue: SessionQueue, outbox: Poster) {
    this.#parts = parts;
    this.#queue = queue;
    this.#outbox = outbox;
    this.#sql = turnStatements(parts.connection);
  }

  /** For a start: no process is left that could hold a lease, so what ran is due at once. */
  voidLeases(): void {
    const now = this.#parts.clock.now();
    this.#parts.connection.write(() => this.#sql.voidLeases.run({ now }));
  }

  async claim(worker: WorkerId, { leaseMs, mergeLimit }: ClaimOptions): Promise<Turn | undefined> {
    const now = this.#parts.clock.now();
    const lease = { worker, now, until: now + leaseMs };
    // A claim that a power cut takes back is made again; `notePrompt` puts it on the disk before pi is asked.
    return this.#parts.connection.writeSoon(() => {
      const row = this.#sql.takeDue.get(lease) ?? this.#begin(lease, mergeLimit);
      return row && this.#read(row);
    });
  }

  async attach(turn: TurnId, worker: WorkerId, inbox: readonly InboxId[]): Promise<boolean> {
    const seq = seqOf(turn);
    return this.#parts.connection.write(() => {
      const held = this.#sql.held.get({ seq, worker });
      if (!held) return false;
      const { session } = held;
      let count = 0;
      for (const id of inbox) count += this.#sql.attach.run({ turn: seq, session, seq: seqOf(id) });
      if (count > 0) this.#queue.take(session, count);
      return true;
    });
  }

  async extend(turn: TurnId, worker: WorkerId, leaseMs: number): Promise<boolean> {
    const until = this.#parts.clock.now() + leaseMs;
    const held = { seq: seqOf(turn), worker, until };
    return this.#parts.connection.writeSoon(() => this.#sql.extend.run(held) > 0);
  }

  async notePrompt(turn: TurnId, worker: WorkerId, { text, position }: PromptNote): Promise<boolean> {
    const note = { text, position: position ?? null };
    return this.#writeHeld(this.#sql.notePrompt, { seq: seqOf(turn), worker, ...note });
  }

  async finish(turn: TurnId, worker: WorkerId, { state, replies, error }: TurnResult): Promise<boolean> {
    const { connection, clock, ring } = this.#parts;
    const seq = seqOf(turn);
    const now = clock.now();
    const end = connection.write(() => {
      const held = this.#sql.held.get({ seq, worker });
      if (!held) return undefined;
      this.#sql.finish.run({ seq, now, state, error: error ?? null });
      this.#sql.countTurn.run({ session: held.session, now });
      this.#outbox.postAll(replies);
      return { moreWaits: this.#queue.free(held.session, now) };
    });
    if (end && replies.length > 0) ring("delivery");
    if (end?.moreWaits) ring("turn");
    return end !== undefined;
  }

  async release(
    turn: TurnId,
    worker: WorkerId,
    { afterMs, countAttempt }: { afterMs: number; countAttempt: boolean },
  ): Promise<void> {
    const again = { dueAt: this.#parts.clock.now() + afterMs, refund: countAttempt ? 0 : 1 };
    if (this.#writeHeld(this.#sql.release, { seq: seqOf(turn), worker, ...again })) this.#parts.ring("turn");
  }

  async clear(session: SessionKey): Promise<readonly InboxEntry[]> {
    const rows = this.#parts.connection.write(() => {
      const waiting = this.#sql.waiting.all({ session });
      if (waiting.length === 0) return waiting;
      this.#sql.cancelWaiting.run({ session });
      this.#queue.drop(session, waiting.length);
      return waiting;
    });
    return rows.map(({ seq, body }) => ({ id: idOf(seq), message: decode(body) }));
  }

  async depth(session?: SessionKey): Promise<number> {
    return this.#parts.connection.read(() => this.#queue.depth(session));
  }

  async nextDueAtMs(): Promise<number | undefined> {
    return this.#parts.connection.read(() => this.#sql.nextDue.get({}))?.due_at;
  }

  /** Begins a turn in the session that has waited longest, with what waits there. */
  #begin(lease: { worker: string; until: number; now: number }, mergeLimit: number): TurnRow | undefined {
    const session = this.#queue.next();
    if (session === undefined) return undefined;
    const seq = this.#parts.sequence.next(lease.now);
    this.#sql.insert.run({ seq, session, worker: lease.worker, until: lease.until });
    const count = this.#sql.takeWaiting.run({ turn: seq, session, limit: Math.max(1, mergeLimit) });
    this.#queue.take(session, count);
    return { seq, session, attempt: 1, prompt: null, position: null, previews: "[]" };
  }

  #read(row: TurnRow): Turn {
    const { prompt: text, position } = row;
    return {
      id: idOf(row.seq),
      session: row.session,
      messages: this.#sql.messages.all({ turn: row.seq }).map(({ body }) => decode(body)),
      attempt: row.attempt,
      previews: previewsOf(row.previews),
      ...(text === null ? {} : { prompted: { text, ...(position === null ? {} : { position }) } }),
    };
  }

  /** Runs a statement that fits a row only while `worker` holds it. False if it does not. */
  #writeHeld<P extends Record<string, string | number | null>>(query: Query<unknown, P>, params: P): boolean {
    return this.#parts.connection.write(() => query.run(params) > 0);
  }
}
