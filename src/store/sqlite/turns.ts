import type { SessionKey } from "../../core/session-key.ts";
import type {
  ClaimOptions,
  Delivery,
  InboxEntry,
  InboxId,
  PromptNote,
  SteeredMessage,
  Turn,
  TurnId,
  TurnLedger,
  TurnResult,
  WorkerId,
} from "../../core/store.ts";
import type { TurnUsage } from "../../core/usage.ts";
import type { ChatLines } from "./chats.ts";
import type { Query } from "./connection.ts";
import { decode } from "./json.ts";
import type { Poster } from "./outbox.ts";
import type { LedgerParts } from "./parts.ts";
import { previewsOf } from "./previews.ts";
import { idOf, seqOf } from "./sequence.ts";
import type { SessionQueue } from "./session-queue.ts";
import { turnStatements, type MemberRow, type TurnRow, type TurnStatements } from "./turn-statements.ts";
import type { WaitingLine } from "./waiting-line.ts";

type Joining = Parameters<TurnLedger["attach"]>[2][number];

/** Notes what a turn has used, inside a transaction that is already open. */
export interface UsageNotes {
  note(turn: number, session: SessionKey, usage: TurnUsage): void;
}

/** What happens besides when a turn ends. */
export interface TurnEnds {
  readonly outbox: Poster;
  readonly usage: UsageNotes;
  readonly chats: ChatLines;
}

export class SqliteTurns implements TurnLedger {
  readonly #parts: LedgerParts;
  readonly #queue: SessionQueue;
  readonly #line: WaitingLine;
  readonly #outbox: Poster;
  readonly #usage: UsageNotes;
  readonly #chats: ChatLines;
  readonly #sql: TurnStatements;

  constructor(parts: LedgerParts, queue: SessionQueue, line: WaitingLine, ends: TurnEnds) {
    this.#parts = parts;
    this.#queue = queue;
    this.#line = line;
    this.#outbox = ends.outbox;
    this.#usage = ends.usage;
    this.#chats = ends.chats;
    this.#sql = turnStatements(parts.connection);
  }

  /** For a start: no process is left that could hold a lease, so what ran is due at once. */
  voidLeases(): void {
    const now = this.#parts.clock.now();
    this.#parts.connection.write(() => {
      this.#sql.voidLeases.run({ now });
      this.#queue.endQuiet();
    });
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

  async waiting(session: SessionKey, limit: number): Promise<readonly InboxEntry[]> {
    return this.#parts.connection.read(() => this.#line.entries(session, limit));
  }

  async attach(
    turn: TurnId,
    worker: WorkerId,
    joining: Parameters<TurnLedger["attach"]>[2],
  ): Promise<readonly InboxId[] | undefined> {
    const seq = seqOf(turn);
    return this.#parts.connection.write(() => {
      const held = this.#sql.held.get({ seq, worker });
      return held && joining.filter((one) => this.#join(seq, held.session, one)).map(({ id }) => id);
    });
  }

  #join(turn: number, session: string, { id, note, text: asked }: Joining): boolean {
    const seq = seqOf(id);
    const { text, position } = note;
    const row = this.#sql.stillWaits.get({ seq, session });
    if (!row || (asked !== undefined && asked !== row.text)) return false;
    this.#sql.attach.run({ turn, seq, text, position: position ?? null });
    this.#queue.take(session, { waiting: 1, collapsed: row.collapsed });
    return true;
  }

  async extend(turn: TurnId, worker: WorkerId, leaseMs: number): Promise<boolean> {
    const until = this.#parts.clock.now() + leaseMs;
    const held = { seq: seqOf(turn), worker, until };
    return this.#parts.connection.writeSoon(() => this.#sql.extend.run(held) > 0);
  }

  async notePrompt(turn: TurnId, worker: WorkerId, { text, position }: PromptNote): Promise<boolean> {
    const seq = seqOf(turn);
    return this.#parts.connection.write(() => {
      const isHeld = this.#sql.notePrompt.run({ seq, worker, text, position: position ?? null }) > 0;
      if (isHeld) this.#sql.forgetNotes.run({ turn: seq });
      return isHeld;
    });
  }

  async finish(turn: TurnId, worker: WorkerId, result: TurnResult): Promise<boolean> {
    const { state, replies, error, answer, usage, notes = [], putBack = [] } = result;
    const { connection, clock, ring } = this.#parts;
    const seq = seqOf(turn);
    const now = clock.now();
    const end = connection.write(() => {
      const held = this.#sql.held.get({ seq, worker });
      if (!held) return undefined;
      this.#sql.finish.run({ seq, now, state, error: error ?? null, answer: answer ?? null });
      this.#sql.countTurn.run({ session: held.session, now });
      this.#outbox.postAll(replies);
      if (usage) this.#usage.note(seq, held.session, usage);
      for (const { place, ...note } of notes) {
        this.#chats.add(place, { ...note, kind: "note", seq: this.#parts.sequence.next(now) });
      }
      this.#putBack(seq, held.session, putBack);
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

  async clear(
    session: SessionKey,
    tell?: (entry: InboxEntry) => Delivery | undefined,
  ): Promise<readonly InboxEntry[]> {
    const cleared = this.#parts.connection.write(() => {
      const entries = this.#line.clear(session);
      if (tell) this.#outbox.postAll(entries.flatMap((entry) => tell(entry) ?? []));
      return entries;
    });
    if (tell && cleared.length > 0) this.#parts.ring("delivery");
    return cleared;
  }

  async unfinished(session: SessionKey): Promise<TurnId | undefined> {
    const row = this.#parts.connection.read(() => this.#sql.unfinished.get({ session }));
    return row && idOf(row.seq);
  }

  async depth(session?: SessionKey): Promise<number> {
    return this.#parts.connection.read(() => this.#queue.depth(session));
  }

  async nextDueAtMs(): Promise<number | undefined> {
    return this.#parts.connection.read(() => {
      const dueAtMs = this.#sql.nextDue.get({})?.due_at;
      const quietUntilMs = this.#queue.nextQuietUntil();
      return quietUntilMs === undefined ? dueAtMs : Math.min(quietUntilMs, dueAtMs ?? quietUntilMs);
    });
  }

  /** Begins a turn in the session that has waited longest, with what waits there. */
  #begin(lease: { worker: string; until: number; now: number }, mergeLimit: number): TurnRow | undefined {
    const next = this.#queue.next(lease.now);
    if (!next) return undefined;
    const { session, collapsed } = next;
    const seq = this.#parts.sequence.next(lease.now);
    this.#sql.insert.run({ seq, session, worker: lease.worker, until: lease.until });
    this.#line.takeRun(session, seq, Math.max(1, mergeLimit), collapsed);
    return { seq, session, attempt: 1, prompt: null, position: null, previews: "[]" };
  }

  /** What the turn could not ask waits again; what it asked needs no notes any more. Inside a transaction. */
  #putBack(turn: number, session: string, ids: readonly InboxId[]): void {
    let count = 0;
    for (const id of ids) count += this.#sql.putBack.run({ turn, seq: seqOf(id) });
    if (count > 0) this.#queue.putBack(session, count);
    this.#sql.forgetNotes.run({ turn });
  }

  #read(row: TurnRow): Turn {
    const { prompt: text, position } = row;
    const members = this.#sql.members.all({ turn: row.seq });
    return {
      id: idOf(row.seq),
      session: row.session,
      messages: members.map(({ body }) => decode(body)),
      attempt: row.attempt,
      previews: previewsOf(row.previews),
      collapsed: members.findLastIndex((member) => member.collapsed === 1) + 1,
      steered: members.flatMap(steeredOf),
      ...(text === null ? {} : { prompted: { text, ...(position === null ? {} : { position }) } }),
    };
  }

  /** Runs a statement that fits a row only while `worker` holds it. False if it does not. */
  #writeHeld<P extends Record<string, string | number | null>>(query: Query<unknown, P>, params: P): boolean {
    return this.#parts.connection.write(() => query.run(params) > 0);
  }
}

function steeredOf({ seq, body, steered: text, steered_at: position }: MemberRow): SteeredMessage[] {
  if (text === null) return [];
  const note = { text, ...(position === null ? {} : { position }) };
  return [{ id: idOf(seq), message: decode(body), note }];
}
