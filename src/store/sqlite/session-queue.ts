import type { SessionKey } from "../../core/session-key.ts";
import type { Connection } from "./connection.ts";

interface Head {
  readonly seq: number;
  readonly priority: number;
  readonly recorded_at: number;
}

/** One more message that waits, and until when its session is to be quiet if something keeps it waiting. */
export interface Arrival extends Head {
  readonly quietUntil: number;
}

/** So many messages of a session, and how many of them are mere lines by now. */
export interface Share {
  readonly waiting: number;
  readonly collapsed: number;
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

  /** One more message waits in `session`. Returns all that waits there now. */
  add(
    session: string,
    { seq, priority, recorded_at: since, quietUntil }: Arrival,
    nowMs: number,
  ): Share | undefined {
    this.#sql.count.run({ by: 1 });
    return this.#sql.add.get({ session, head: seq, since, priority, quietUntil, now: nowMs });
  }

  /** The session whose turn it is, if any may have one and has no unfinished one. */
  next(nowMs: number): { readonly session: SessionKey; readonly collapsed: number } | undefined {
    return this.#sql.next.get({ now: nowMs });
  }

  /** Messages of the session wait no more: its turn, which begins or goes on, has them. */
  take(session: string, { waiting, collapsed }: Share): void {
    this.#sql.take.run({ session, waiting, collapsed });
    this.#sql.count.run({ by: -waiting });
  }

  /** Messages of the session were given up; others may go on waiting. */
  drop(session: string, { waiting, collapsed }: Share): void {
    this.#sql.drop.run({ session, waiting, collapsed });
    this.#sql.count.run({ by: -waiting });
    const head = this.#sql.head.get({ session });
    if (!head) return void this.#sql.removeIdle.run({ session });
    this.#sql.moveHead.run({ session, head: head.seq, since: head.recorded_at, priority: head.priority });
  }

  /** Messages that wait have become mere lines. */
  collapse(session: string, count: number): void {
    this.#sql.drop.run({ session, waiting: 0, collapsed: -count });
  }

  /** Messages of the session's turn wait again. `free` follows. */
  putBack(session: string, count: number): void {
    this.#sql.drop.run({ session, waiting: -count, collapsed: 0 });
    this.#sql.count.run({ by: count });
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

  /** No turn of the session begins before: pieces of a message that waits may still come. */
  hold(session: string, until: number): void {
    this.#sql.hold.run({ session, until });
  }

  /** When the first of the sessions that are still to be quiet may have its turn. */
  nextQuietUntil(): number | undefined {
    return this.#sql.nextQuiet.get({})?.ready_at;
  }

  /** For a start: what was to be quiet has been for long enough. */
  endQuiet(): void {
    this.#sql.endQuiet.run({});
  }
}

function queueStatements(connection: Connection) {
  return { ...changingQueue(connection), ...readingQueue(connection) };
}

function changingQueue(connection: Connection) {
  return {
    // A chat where nothing runs never waits for more: only what keeps a message waiting anyway makes it quiet.
    add: connection.query<
      Share,
      { session: string; head: number; since: number; priority: number; quietUntil: number; now: number }
    >(
      `insert into queue (session, waiting, busy, since, head, priority)
       values ($session, 1, 0, $since, $head, $priority)
       on conflict (session) do update set
         waiting = waiting + 1,
         since = iif(excluded.head < head, max(ended_at, excluded.since), since),
         priority = iif(excluded.head < head, excluded.priority, priority),
         head = min(head, excluded.head),
         quiet_until = iif(busy = 1 or quiet_until > $now, max(quiet_until, $quietUntil), quiet_until)
       returning waiting, collapsed`,
    ),
    take: connection.query<unknown, Change>(
      `update queue set waiting = waiting - $waiting, collapsed = collapsed - $collapsed, busy = 1, quiet_until = 0,
         hold_until = iif(waiting > $waiting, hold_until, 0)
       where session = $session`,
    ),
    drop: connection.query<unknown, Change>(
      `update queue set waiting = waiting - $waiting, collapsed = collapsed - $collapsed,
         quiet_until = iif(waiting > $waiting, quiet_until, 0),
         hold_until = iif(waiting > $waiting, hold_until, 0)
       where session = $session`,
    ),
    moveHead: connection.query<unknown, { session: string; head: number; since: number; priority: number }>(
      `update queue set head = $head, priority = $priority, since = max(ended_at, $since)
       where session = $session and busy = 0 and head <> $head`,
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
    hold: connection.query<unknown, { session: string; until: number }>(
      "update queue set hold_until = $until where session = $session",
    ),
    endQuiet: connection.query<unknown>(
      "update queue indexed by queue_quiet set quiet_until = 0, hold_until = 0 where ready_at > 0 and busy = 0",
    ),
    count: connection.query<unknown, { by: number }>(
      "update depth set waiting = waiting + $by where only = 1",
    ),
  };
}

function readingQueue(connection: Connection) {
  return {
    next: connection.query<{ session: SessionKey; collapsed: number }, { now: number }>(
      `select session, collapsed from queue where busy = 0 and ready_at <= $now
       order by since, priority desc, head limit 1`,
    ),
    head: connection.query<Head, { session: string }>(
      `select seq, priority, recorded_at from inbox indexed by inbox_waiting
       where session = $session and fate = 'queued' and turn is null order by seq limit 1`,
    ),
    nextQuiet: connection.query<{ ready_at: number }>(
      `select ready_at from queue indexed by queue_quiet
       where ready_at > 0 and busy = 0 order by ready_at limit 1`,
    ),
    waiting: connection.query<{ waiting: number }, { session: string }>(
      "select waiting from queue where session = $session",
    ),
    total: connection.query<{ waiting: number }>("select waiting from depth where only = 1"),
  };
}

type Change = { session: string; waiting: number; collapsed: number };
