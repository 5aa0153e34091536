import type { InboundMessage } from "../../core/message.ts";
import type { InboxEntry, QueueRoom } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, type Json } from "./json.ts";
import { idOf } from "./sequence.ts";
import type { SessionQueue, Share } from "./session-queue.ts";

interface HeadRow {
  readonly seq: number;
  readonly merge_key: string;
  readonly collapsed: number;
  /** Names the message that this is a piece of. */
  readonly part: string | null;
}

/** A message that waits. */
interface WaitingRow extends HeadRow {
  readonly body: Json<InboundMessage>;
}

interface PieceRow {
  readonly part: string;
  readonly recorded_at: number;
  readonly part_until: number;
}

const ALL = 1_000_000;
/** What comes in more pieces, or for longer, is not waited for any more. */
const MOST_PIECES = 12;
const LONGEST_WAIT_MS = 7_500;

/** The messages that wait in a session, in order. Every method runs inside a transaction. */
export class WaitingLine {
  readonly #queue: SessionQueue;
  readonly #sql: ReturnType<typeof lineStatements>;

  constructor(connection: Connection, queue: SessionQueue) {
    this.#queue = queue;
    this.#sql = lineStatements(connection);
  }

  entries(session: string, limit: number): readonly InboxEntry[] {
    return this.#sql.waiting.all({ session, limit }).map(entryOf);
  }

  /**
   * Gives the oldest message to `turn`, and those behind it with the same key: at most `limit`, and besides them
   * what are mere lines by now, of which there are `collapsed` in the session. Pieces of one message count as one,
   * and all of them go together.
   */
  takeRun(session: string, turn: number, limit: number, collapsed: number): void {
    const heads = this.#sql.heads.all({ session, limit: limit * MOST_PIECES + collapsed });
    const parts = new Set<string>();
    const taken: HeadRow[] = [];
    let inFull = 0;
    for (const head of heads) {
      if (head.merge_key !== heads[0]?.merge_key) break;
      const isAnother = head.collapsed === 0 && !(head.part !== null && parts.has(head.part));
      if (isAnother && inFull === limit) break;
      if (isAnother) inFull += 1;
      if (head.part !== null) parts.add(head.part);
      taken.push(head);
    }
    if (parts.size > 0) taken.push(...this.#otherPieces(session, parts, taken));
    for (const { seq } of taken) this.#sql.give.run({ seq, turn });
    this.#queue.take(session, shareOf(taken));
  }

  /** Pieces that wait behind something else. */
  #otherPieces(session: string, parts: ReadonlySet<string>, taken: readonly HeadRow[]): readonly HeadRow[] {
    const known = new Set(taken.map(({ seq }) => seq));
    return this.#sql.heads
      .all({ session, limit: ALL })
      .filter(({ seq, part }) => part !== null && parts.has(part) && !known.has(seq));
  }

  /** Until when the session's next turn has to wait for pieces that may still come; 0 if it need not. */
  holdUntil(session: string): number {
    const waiting = new Map<string, PieceRow[]>();
    for (const row of this.#sql.pieces.all({ session })) {
      waiting.set(row.part, [...(waiting.get(row.part) ?? []), row]);
    }
    return Math.max(0, ...[...waiting.values()].map(waitOf));
  }

  /** Cancels one message, if it waits. */
  cancelOne(seq: number): boolean {
    const row = this.#sql.one.get({ seq });
    if (!row) return false;
    this.#cancel(row.session, [row]);
    return true;
  }

  /** Cancels all that waits. */
  clear(session: string): readonly InboxEntry[] {
    return this.#cancel(session, this.#sql.waiting.all({ session, limit: ALL }));
  }

  /**
   * Makes room behind a new message with this key, where there is too much. Returns what was cancelled for it; the
   * pieces of one message go together.
   */
  makeRoom(session: string, mergeKey: string, room: QueueRoom, now: Share): readonly InboxEntry[] {
    // Most often there is room, and then nothing is read.
    if (now.waiting - now.collapsed <= room.keep) return [];
    const inFull = this.#sql.waiting
      .all({ session, limit: ALL })
      .filter((row) => row.collapsed === 0 && (room.among === "session" || row.merge_key === mergeKey))
      // What the gateway itself asks makes room for nobody: whoever asked waits for it.
      .filter(({ body }) => decode(body).errand === undefined);
    const whole = [...Map.groupBy(inFull, ({ seq, part }) => part ?? seq).values()];
    const tooMany = whole.slice(0, Math.max(0, whole.length - room.keep)).flat();
    if (room.drop === "old") return this.#cancel(session, tooMany);
    for (const { seq } of tooMany) this.#sql.collapse.run({ seq });
    if (tooMany.length > 0) this.#queue.collapse(session, tooMany.length);
    return [];
  }

  #cancel(session: string, rows: readonly WaitingRow[]): readonly InboxEntry[] {
    if (rows.length === 0) return [];
    for (const { seq } of rows) this.#sql.cancel.run({ seq });
    this.#queue.drop(session, shareOf(rows));
    if (rows.some(({ part }) => part !== null)) this.#queue.hold(session, this.holdUntil(session));
    return rows.map(entryOf);
  }
}

function shareOf(rows: readonly HeadRow[]): Share {
  return { waiting: rows.length, collapsed: rows.filter(({ collapsed }) => collapsed === 1).length };
}

/** Until when more pieces of one message may come: the last one that is there tells. */
function waitOf(pieces: readonly PieceRow[]): number {
  if (pieces.length >= MOST_PIECES) return 0;
  const [first, last] = [pieces[0], pieces.at(-1)];
  return first && last ? Math.min(last.part_until, first.recorded_at + LONGEST_WAIT_MS) : 0;
}

const entryOf = ({ seq, body }: WaitingRow): InboxEntry => ({ id: idOf(seq), message: decode(body) });

function lineStatements(connection: Connection) {
  const waiting = `from inbox indexed by inbox_waiting
    where session = $session and fate = 'queued' and turn is null order by seq limit $limit`;
  return {
    waiting: connection.query<WaitingRow, { session: string; limit: number }>(
      `select seq, coalesce(heard, body) as body, merge_key, collapsed, part ${waiting}`,
    ),
    heads: connection.query<HeadRow, { session: string; limit: number }>(
      `select seq, merge_key, collapsed, part ${waiting}`,
    ),
    pieces: connection.query<PieceRow, { session: string }>(
      `select part, recorded_at, part_until from inbox indexed by inbox_waiting
       where session = $session and fate = 'queued' and turn is null and part is not null order by seq`,
    ),
    one: connection.query<WaitingRow & { readonly session: string }, { seq: number }>(
      `select seq, session, coalesce(heard, body) as body, merge_key, collapsed, part from inbox
       where seq = $seq and fate = 'queued' and turn is null`,
    ),
    give: connection.query<unknown, { seq: number; turn: number }>(
      "update inbox set turn = $turn where seq = $seq",
    ),
    cancel: connection.query<unknown, { seq: number }>(
      "update inbox set fate = 'cancelled' where seq = $seq",
    ),
    collapse: connection.query<unknown, { seq: number }>("update inbox set collapsed = 1 where seq = $seq"),
  };
}
