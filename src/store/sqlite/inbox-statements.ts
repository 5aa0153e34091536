import type { InboundEvent, InboundMessage } from "../../core/message.ts";
import type { Connection } from "./connection.ts";
import type { Json } from "./json.ts";

interface OpenRow {
  readonly body: Json<InboundMessage>;
  readonly recorded_at: number;
  readonly part: string | null;
}

type Inserted = {
  seq: number;
  dedup: string;
  body: Json<InboundMessage>;
  now: number;
  part: string | null;
  until: number | null;
};

type Settlement = {
  seq: number;
  fate: string;
  heard: string | null;
  session: string | null;
  priority: number;
  mergeKey: string;
  droppedAt: number | null;
};

/** What the inbox asks of the database. */
export function inboxStatements(connection: Connection) {
  return { ...messageStatements(connection), ...eventStatements(connection) };
}

function messageStatements(connection: Connection) {
  return {
    insert: connection.query<unknown, Inserted>(
      `insert into inbox (seq, dedup, body, recorded_at, part, part_until)
       values ($seq, $dedup, $body, $now, $part, $until)
       on conflict (dedup) do nothing`,
    ),
    find: connection.query<{ seq: number }, { dedup: string }>("select seq from inbox where dedup = $dedup"),
    open: connection.query<OpenRow, { seq: number }>(
      "select body, recorded_at, part from inbox where seq = $seq and fate is null",
    ),
    overheard: connection.query<OpenRow, { seq: number }>(
      "select body, recorded_at, part from inbox where seq = $seq and fate = 'overheard'",
    ),
    settle: connection.query<unknown, Settlement>(
      `update inbox set fate = $fate, heard = $heard, session = $session, priority = $priority,
         merge_key = $mergeKey, dropped_at = $droppedAt where seq = $seq`,
    ),
    scrub: connection.query<unknown, { seq: number; body: Json<InboundMessage> }>(
      "update inbox set body = $body where seq = $seq",
    ),
    unsettled: connection.query<{ seq: number; body: Json<InboundMessage> }>(
      "select seq, body from inbox indexed by inbox_unsettled where fate is null order by seq",
    ),
  };
}

function eventStatements(connection: Connection) {
  return {
    insertEvent: connection.query<unknown, { seq: number; dedup: string; body: Json<InboundEvent> }>(
      "insert into event (seq, dedup, body) values ($seq, $dedup, $body) on conflict (dedup) do nothing",
    ),
    findEvent: connection.query<{ seq: number }, { dedup: string }>(
      "select seq from event where dedup = $dedup",
    ),
    // What it was is of no use any more; that it was, is.
    settleEvent: connection.query<unknown, { seq: number; now: number }>(
      "update event set done_at = $now, body = '' where seq = $seq and done_at is null",
    ),
    unsettledEvents: connection.query<{ seq: number; body: Json<InboundEvent> }>(
      "select seq, body from event indexed by event_unsettled where done_at is null order by seq",
    ),
  };
}
