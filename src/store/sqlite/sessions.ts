import type { Session, SessionPatch } from "../../core/session.ts";
import type { Address } from "../../core/message.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { SessionActivity, SessionLedger, SessionSummary } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import type { LedgerParts } from "./parts.ts";

export class SqliteSessions implements SessionLedger {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof sessionStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = sessionStatements(parts.connection);
  }

  async get(key: SessionKey): Promise<Session | undefined> {
    return this.#parts.connection.read(() => this.#read(key));
  }

  async open(first: Session): Promise<{ session: Session; created: boolean }> {
    const { connection } = this.#parts;
    const known = connection.read(() => this.#read(first.key));
    if (known) return { session: known, created: false };
    connection.write(() => this.#sql.insert.run(rowOf(first)));
    return { session: first, created: true };
  }

  async update(key: SessionKey, patch: SessionPatch): Promise<Session | undefined> {
    return this.#parts.connection.write(() => {
      const session = this.#read(key);
      if (!session) return undefined;
      const updated = patched(session, patch);
      this.#sql.update.run(rowOf(updated));
      return updated;
    });
  }

  async activity(key: SessionKey): Promise<SessionActivity> {
    return this.#parts.connection.read(() => {
      const furthest = this.#sql.furthest.get({ key, behind: MOST_ERRANDS });
      // Behind so many that nobody wrote, the last of them stands for the person before.
      const heard = this.#sql.heard.get({ key, from: furthest?.seq ?? 0 }) ?? furthest;
      return {
        isBusy: this.#sql.busy.get({ key }) !== undefined,
        ...(heard ? { lastHeardAtMs: heard.recorded_at } : {}),
      };
    });
  }

  async list(limit: number): Promise<readonly SessionSummary[]> {
    const rows = this.#parts.connection.read(() => this.#sql.list.all({ limit }));
    return rows.map(({ body, waiting, running }) => ({
      ...decode(body),
      waiting: waiting ?? 0,
      running: running === 1,
    }));
  }

  async inChat(agent: string, { channel, account, chat, thread }: Address): Promise<Session | undefined> {
    const place = { agent, channel, account, chat, thread: thread ?? null };
    const row = this.#parts.connection.read(() => this.#sql.inChat.get(place));
    return row && decode(row.body);
  }

  async idleJobs(beforeMs: number, limit: number): Promise<readonly Session[]> {
    const rows = this.#parts.connection.read(() => this.#sql.idleJobs.all({ before: beforeMs, limit }));
    return rows.map(({ body }) => decode(body));
  }

  async remove(key: SessionKey): Promise<boolean> {
    const { connection, clock, sequence } = this.#parts;
    return connection.write(() => {
      if (this.#sql.remove.run({ key }) === 0) return false;
      this.#sql.forget.run({ key, upto: sequence.next(clock.now()) });
      this.#sql.forgetSum.run({ key });
      return true;
    });
  }

  #read(key: SessionKey): Session | undefined {
    const row = this.#sql.get.get({ key });
    return row && decode(row.body);
  }
}

/** A value of `undefined` takes the field away: only optional fields can have one. */
function patched(session: Session, patch: SessionPatch): Session {
  const entries = Object.entries({ ...session, ...patch }).filter(([, value]) => value !== undefined);
  // The fields of a session, those that every session has among them.
  return Object.fromEntries(entries) as unknown as Session;
}

const rowOf = (session: Session) => ({
  key: session.key as string,
  body: encode(session),
  lastActiveAt: session.lastActiveAtMs,
});

interface SummaryRow {
  readonly body: Json<Session>;
  readonly waiting: number | null;
  readonly running: number | null;
}

/** Webhooks may wake a conversation thousands of times before a person writes in it again. */
const MOST_ERRANDS = 500;

type Place = { agent: string; channel: string; account: string; chat: string; thread: string | null };

type Row = { key: string; body: Json<Session>; lastActiveAt: number };

function sessionStatements(connection: Connection) {
  return {
    get: connection.query<{ body: Json<Session> }, { key: string }>(
      "select body from session where key = $key",
    ),
    insert: connection.query<unknown, Row>(
      "insert into session (key, body, last_active_at) values ($key, $body, $lastActiveAt)",
    ),
    update: connection.query<unknown, Row>(
      "update session set body = $body, last_active_at = $lastActiveAt where key = $key",
    ),
    // The queue has a row for a session as long as something waits or runs in it.
    busy: connection.query<{ session: string }, { key: string }>(
      "select session from queue where session = $key",
    ),
    heard: connection.query<{ recorded_at: number }, { key: string; from: number }>(
      `select recorded_at from inbox where session = $key and seq >= $from
         and json_extract(body, '$.errand.by') is null order by seq desc limit 1`,
    ),
    furthest: connection.query<{ seq: number; recorded_at: number }, { key: string; behind: number }>(
      `select seq, recorded_at from inbox where session = $key order by seq desc limit 1 offset $behind`,
    ),
    list: connection.query<SummaryRow, { limit: number }>(
      `select s.body, q.waiting, t.state = 'running' as running from session s
       left join queue q on q.session = s.key
       left join turn t on t.session = s.key and t.due_at is not null
       order by s.last_active_at desc, s.rowid desc limit $limit`,
    ),
    inChat: connection.query<{ body: Json<Session> }, Place>(
      `select body from session indexed by session_chat where json_extract(body, '$.address.chat') = $chat
         and json_extract(body, '$.agent') = $agent and json_extract(body, '$.address.channel') = $channel
         and json_extract(body, '$.address.account') = $account
         and json_extract(body, '$.address.thread') is $thread
       order by last_active_at desc limit 1`,
    ),
    idleJobs: connection.query<{ body: Json<Session> }, { before: number; limit: number }>(
      `select body from session indexed by session_job where json_extract(body, '$.address.scope') = 'job'
         and last_active_at < $before and not exists (select 1 from queue where session = key)
       order by last_active_at limit $limit`,
    ),
    remove: connection.query<unknown, { key: string }>("delete from session where key = $key"),
    forgetSum: connection.query<unknown, { key: string }>(
      "delete from usage_sum where subject = 'session:' || $key",
    ),
    forget: connection.query<unknown, { key: string; upto: number }>(
      `insert into forgotten (session, upto) values ($key, $upto)
       on conflict (session) do update set upto = excluded.upto`,
    ),
  };
}
