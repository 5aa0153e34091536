import type { Retention } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import type { LedgerParts } from "./parts.ts";
import { firstOf } from "./sequence.ts";

/** Deletes what is past its time, a few rows per call, each found by an index. */
export class Pruner {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof pruneStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = pruneStatements(parts.connection);
  }

  /** Returns how many rows went, at most `limit`; 0 when nothing is left to do. */
  prune({ finishedBeforeMs, historyBeforeMs = 0, runsBeforeMs = 0 }: Retention, limit: number): number {
    // What no history shows never outlives history, or each step through history would pass over it.
    const before = Math.max(finishedBeforeMs, historyBeforeMs);
    const steps: ((left: number) => number)[] = [
      ...this.#sql.finished.map((step) => (left: number) => step.run({ before, limit: left })),
      ...this.#sql.lines.map((step) => (left: number) => step.run({ before: firstOf(before), limit: left })),
      ...this.#sql.errands.map(
        (step) => (left: number) => step.run({ before: firstOf(before), limit: left }),
      ),
      (left) => this.#sql.runs.run({ before: runsBeforeMs, limit: left }),
      (left) => this.#pruneForgotten(left),
      ...this.#sql.history.map(
        (step) => (left: number) => step.run({ before: firstOf(historyBeforeMs), limit: left }),
      ),
    ];
    return this.#parts.connection.write(() => {
      let left = limit;
      for (const step of steps) if (left > 0) left -= step(left);
      return limit - left;
    });
  }

  /** The history of removed sessions. A tombstone goes with the last row it hides. */
  #pruneForgotten(limit: number): number {
    let left = limit;
    for (const { session, upto } of this.#sql.forgotten.all({})) {
      for (const step of this.#sql.ofSession) if (left > 0) left -= step.run({ session, upto, limit: left });
      if (left > 0) left -= this.#sql.bury.run({ session, upto });
    }
    return limit - left;
  }
}

type Step = { before: number; limit: number };
type SessionStep = { session: string; upto: number; limit: number };

function pruneStatements(connection: Connection) {
  return {
    finished: FINISHED.map((sql) => connection.query<unknown, Step>(sql)),
    lines: LINES.map((sql) => connection.query<unknown, Step>(sql)),
    runs: connection.query<unknown, Step>(
      "delete from cron_run where seq in (select seq from cron_run where ended_at < $before limit $limit)",
    ),
    errands: ERRANDS.map((sql) => connection.query<unknown, Step>(sql)),
    history: HISTORY.map((sql) => connection.query<unknown, Step>(sql)),
    ofSession: OF_SESSION.map((sql) => connection.query<unknown, SessionStep>(sql)),
    forgotten: connection.query<{ session: string; upto: number }>("select session, upto from forgotten"),
    bury: connection.query<unknown, { session: string; upto: number }>(
      `delete from forgotten where session = $session
         and not exists (select 1 from inbox where session = $session and seq <= $upto)
         and not exists (select 1 from outbox where shown_in = $session and seq <= $upto)`,
    ),
  };
}

/** What nobody will look at again: no history shows it. `$before` is a time. */
const FINISHED = [
  "delete from inbox where seq in (select seq from inbox where dropped_at < $before limit $limit)",
  "delete from event where seq in (select seq from event where done_at < $before limit $limit)",
  `update turn set prompt = null, position = null, previews = null, error = null, answer = null
   where seq in (select seq from turn where ended_at < $before and previews is not null limit $limit)`,
  `delete from outbox where seq in
     (select seq from outbox where ended_at < $before and shown_in is null limit $limit)`,
  "delete from pairing where rowid in (select rowid from pairing where expires_at < $before limit $limit)",
];

/** What was said and happened in chats, and who has read it. `$before` is a number of the sequence. */
const LINES = [
  "delete from chat_line where seq in (select seq from chat_line where seq < $before order by seq limit $limit)",
  `delete from chat_read where (place, session) in
     (select place, session from chat_read where upto < $before limit $limit)`,
];

/** True of a message `i` in a session that nothing will happen to any more. */
const IS_OVER = `(i.fate in ('command', 'full', 'cancelled') or i.turn is not null
  and not exists (select 1 from turn t where t.seq = i.turn and t.ended_at is null))`;

/**
 * What the gateway itself asked, and the turns that were: a job of every minute must not pile up. A turn goes before
 * its message, which leads to it. `$before` is a number of the sequence.
 */
const OLD_ERRANDS = `from inbox i indexed by inbox_errand
  where i.session is not null and json_extract(i.body, '$.errand.by') is not null
    and i.seq < $before and ${IS_OVER} order by i.seq limit $limit`;
const ERRANDS = [
  `delete from turn where ended_at is not null and seq in (select i.turn ${OLD_ERRANDS})`,
  `delete from inbox where seq in (select i.seq ${OLD_ERRANDS})`,
];

/** History, from the oldest row on: what is passed over is still open, and that is never much. `$before` is a number of the sequence. */
const HISTORY = [
  `delete from outbox where seq in (select seq from outbox
     where seq < $before and ended_at is not null and shown_in is not null order by seq limit $limit)`,
  `delete from inbox where seq in (select i.seq from inbox i
     where i.seq < $before and i.session is not null and ${IS_OVER} order by i.seq limit $limit)`,
  `delete from usage where (turn, model) in
     (select turn, model from usage where turn < $before order by turn limit $limit)`,
  `delete from turn where seq in (select t.seq from turn t
     where t.seq < $before and t.ended_at is not null
       and not exists (select 1 from inbox i where i.turn = t.seq) order by t.seq limit $limit)`,
];

/** The history of one session that was removed. A turn goes before its messages, which lead to it. */
const OF_SESSION = [
  `delete from turn where ended_at is not null
     and not exists (select 1 from inbox l where l.turn = turn.seq and l.seq > $upto)
     and seq in (select i.turn from inbox i
       where i.session = $session and i.seq <= $upto and ${IS_OVER} order by i.seq limit $limit)`,
  `delete from outbox where seq in (select seq from outbox
     where shown_in = $session and seq <= $upto and ended_at is not null order by seq limit $limit)`,
  `delete from inbox where seq in (select i.seq from inbox i
     where i.session = $session and i.seq <= $upto and ${IS_OVER} order by i.seq limit $limit)`,
];
