import type { InboundMessage } from "../../core/message.ts";
import type { InboxEntry, QueueRoom } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, type Json } from "./json.ts";
import { idOf } from "./sequence.ts";
import type { SessionQueue, Share } from "./session-queue.ts";

/** A message that waits. */
interface WaitingRow {
  readonly seq: number;
  readonly body: Json<InboundMessage>;
  readonly merge_key: string;
  readonly collapsed: number;
}

const ALL = 1_000_000;

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
   * what are mere lines by now, of which there are `collapsed` in the session.
   */
  takeRun(session: string, turn: number, limit: number, collapsed: number): void {
    const heads = this.#sql.heads.all({ session, limit: limit + collapsed });
    const first = heads[0];
    let taken: Share = { waiting: 0, collapsed: 0 };
    for (const head of heads) {
      if (head.merge_key !== first?.merge_key) break;
      if (head.collapsed === 0 && taken.waiting - taken.collapsed === limit) break;
      this.#sql.give.run({ seq: head.seq, turn });
      taken = { waiting: taken.waiting + 1, collapsed: taken.collapsed + head.collapsed };
    }
    this.#queue.take(session, taken);
  }

  /** Cancels all that waits. */
  clear(session: string): readonly InboxEntry[] {
    return this.#cancel(session, this.#sql.waiting.all({ session, limit: ALL }));
  }

  /** Makes room behind a new message, where there is too much. Returns what was cancelled for it. */
  makeRoom(session: string, mergeKey: string, room: QueueRoom, now: Share): readonly InboxEntry[] {
    // Most often there is room, and then nothing is read.
    if (now.waiting - now.collapsed <= room.keep) return [];
    const inFull = this.#sql.waiting
      .all({ session, limit: ALL })
      .filter((row) => row.collapsed === 0 && (room.among === "session" || row.merge_key === mergeKey));
    const tooMany = inFull.slice(0, Math.max(0, inFull.length - room.keep));
    if (room.drop === "old") return this.#cancel(session, tooMany);
    for (const { seq } of tooMany) this.#sql.collapse.run({ seq });
    if (tooMany.length > 0) this.#queue.collapse(session, tooMany.length);
    return [];
  }

  #cancel(session: string, rows: readonly WaitingRow[]): readonly InboxEntry[] {
    if (rows.length === 0) return [];
    for (const { seq } of rows) this.#sql.cancel.run({ seq });
    const collapsed = rows.filter((row) => row.collapsed === 1).length;
    this.#queue.drop(session, { waiting: rows.length, collapsed });
    return rows.map(entryOf);
  }
}

const entryOf = ({ seq, body }: WaitingRow): InboxEntry => ({ id: idOf(seq), message: decode(body) });

function lineStatements(connection: Connection) {
  const waiting = `from inbox indexed by inbox_waiting
    where session = $session and fate = 'queued' and turn is null order by seq limit $limit`;
  return {
    waiting: connection.query<WaitingRow, { session: string; limit: number }>(
      `select seq, coalesce(heard, body) as body, merge_key, collapsed ${waiting}`,
    ),
    heads: connection.query<Omit<WaitingRow, "body">, { session: string; limit: number }>(
      `select seq, merge_key, collapsed ${waiting}`,
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
