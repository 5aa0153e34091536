import type { SessionKey } from "../../core/session-key.ts";
import type { Connection } from "./connection.ts";

interface Head {
  readonly seq: number;
  readonly priority: number;
  readonly recorded_at: number;
}

/**
 * Which session is next, and how much waits. The session that has waited longest goes first: since
 * its oldest message came, or since its last turn ended, so that one with much to say takes turns
 * with the others. Counted as things happen, never by counting. Every method runs inside a transaction.
 */
export class SessionQueue {
  readonly #sql: ReturnType<typeof queueStatements>;

  constructor(connection: Connection) {
    this.#sql = queueStatements(connection);
  }

  /** One more message waits in `session`. */
  add(session: string, { seq, priority, recorded_at: since }: Head): void {
    this.#sql.add.run({ session, head: seq, since, priority });
    this.#sql.count.run({ by: 1 });
  }

  /** The session whose turn it is, if any waits without an unfinished turn. */
  next(): SessionKey | undefined {
    return this.#sql.next.get({})?.session;
  }

  /** `count` messages of the session wait no more: its turn has them. */
  take(session: string, count: number): void {
    this.#sql.take.run({ session, count, busy: 1 });
    this.#sql.count.run({ by: -count });
  }

  /** `count` messages of the session, all that waited, were given up. */
  drop(session: string, count: number): void {
    this.#sql.take.run({ session, count, busy: 0 });
    this.#sql.count.run({ by: -count });
    this.#sql.removeIdle.run({ session });
  }

  /** The session's turn has ended. True if more waits in it. */
  free(session: string, nowMs: number): boolean {
    const head = this.#sql.head.get({ session });
    this.#sql.free.run({
      session,
      now: nowMs,
      head: head?.seq ?? 0,
      since: Math.max(nowMs, head?.recorded_at ?? 0),
      priority: head?.priority ?? 0,
    });
    if (!head) this.#sql.removeIdle.run({ session });
    return head !== undefined;
  }

  depth(session?: string): number {
    const row = session === undefined ? this.#sql.total.get({}) : this.#sql.waiting.get({ session });
    return row?.waiting ?? 0;
  }
}

function queueStatements(connection: Connection) {
  return {
    add: connection.query<unknown, { session: string; head: number; since: number; priority: number }>(
      `insert into queue (session, waiting, busy, since, head, priority)
       values ($session, 1, 0, $since, $head, $priority)
       on conflict (session) do update set
         waiting = waiting + 1,
         since = iif(excluded.head < head, max(ended_at, excluded.since), since),
         priority = iif(excluded.head < head, excluded.priority, priority),
         head = min(head, excluded.head)`,
    ),
    next: connection.query<{ session: SessionKey }>(
      "select session from queue where busy = 0 order by since, priority desc, head limit 1",
    ),
    take: connection.query<unknown, { session: string; count: number; busy: number }>(
      "update queue set waiting = waiting - $count, busy = max(busy, $busy) where session = $session",
    ),
    head: connection.query<Head, { session: string }>(
      `select seq, priority, recorded_at from inbox indexed by inbox_waiting
       where session = $session and fate = 'queued' and turn is null order by seq limit 1`,
    ),
    free: connection.query<
      unknown,
      { session: string; now: number; head: number; since: number; priority: number }
    >(
      `update queue set busy = 0, head = $head, priority = $priority, since = $since, ended_at = $now
       where session = $session`,
    ),
    removeIdle: connection.query<unknown, { session: string }>(
      "delete from queue where session = $session and busy = 0 and waiting = 0",
    ),
    waiting: connection.query<{ waiting: number }, { session: string }>(
      "select waiting from queue where session = $session",
    ),
    count: connection.query<unknown, { by: number }>(
      "update depth set waiting = waiting + $by where only = 1",
    ),
    total: connection.query<{ waiting: number }>("select waiting from depth where only = 1"),
  };
}
