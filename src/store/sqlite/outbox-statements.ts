import type { Address, MessageRef } from "../../core/message.ts";
import type { Delivery } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import type { Json } from "./json.ts";

/** What a row keeps of a delivery that no statement looks into. */
export type DeliveryBody = Omit<Delivery, "key" | "to">;

export interface OutboxRow {
  readonly key: string;
  readonly address: Json<Address>;
  readonly body: Json<DeliveryBody>;
  readonly attempt: number;
  readonly first_at: number;
  readonly maybe_sent: number;
  readonly plain: number;
  readonly preview_gone: number;
}

/** A row as `list` shows it. */
export interface ListedRow {
  readonly key: string;
  readonly address: Json<Address>;
  readonly body: Json<DeliveryBody>;
  readonly state: "pending" | "sending" | "dead";
  readonly posted_at: number;
  readonly attempt: number;
  readonly due_at: number | null;
  readonly error: string | null;
  readonly behind: number;
}

const LISTED = "key, address, body, state, posted_at, attempt, due_at, error";

export interface StateRow {
  readonly state: "pending" | "sending" | "sent" | "dead";
  readonly ref: Json<MessageRef> | null;
  readonly error: string | null;
}

type Holder = { key: string; worker: string };
type Posted = {
  seq: number;
  key: string;
  chat: string;
  address: Json<Address>;
  body: Json<DeliveryBody>;
  shownIn: string | null;
  turn: number | null;
  now: number;
};
type Again = {
  seq: number;
  dueAt: number;
  maybeSent: number;
  plain: number;
  previewGone: number;
  error: string | null;
};

/** What the outbox asks of the database. `due_at` is set on the head of each chat's line, and only there. */
export function outboxStatements(connection: Connection) {
  return { ...tendingStatements(connection), ...deliveringStatements(connection) };
}

function deliveringStatements(connection: Connection) {
  return {
    insert: connection.query<unknown, Posted>(
      `insert into outbox (seq, key, chat, address, body, shown_in, turn, posted_at, due_at)
       values ($seq, $key, $chat, $address, $body, $shownIn, $turn, $now,
         iif(exists (select 1 from outbox where chat = $chat and ended_at is null), null, $now))
       on conflict (key) do nothing`,
    ),
    inRange: connection.query<
      { seq: number; key: string; address: Json<Address>; body: Json<DeliveryBody> },
      { from: string; to: string }
    >("select seq, key, address, body from outbox where key >= $from and key < $to and state <> 'dead'"),
    ready: connection.query<{ chat: string; address: Json<Address> }, { now: number; limit: number }>(
      "select chat, address from outbox where due_at <= $now order by due_at, seq limit $limit",
    ),
    // A lease that ran out means that its holder vanished between "about to send" and "sent".
    claim: connection.query<OutboxRow, { chat: string; worker: string; now: number; until: number }>(
      `update outbox set state = 'sending', attempt = attempt + 1, first_at = coalesce(first_at, $now),
         worker = $worker, due_at = $until, maybe_sent = max(maybe_sent, state = 'sending')
       where chat = $chat and due_at <= $now
       returning key, address, body, attempt, first_at, maybe_sent, plain, preview_gone`,
    ),
    held: connection.query<{ seq: number; chat: string }, Holder>(
      "select seq, chat from outbox where key = $key and worker = $worker",
    ),
    extend: connection.query<unknown, Holder & { until: number }>(
      "update outbox set due_at = $until where key = $key and worker = $worker",
    ),
    retry: connection.query<unknown, Again>(
      `update outbox set state = 'pending', worker = null, due_at = $dueAt,
         maybe_sent = $maybeSent, plain = $plain, preview_gone = $previewGone, error = $error
       where seq = $seq`,
    ),
    sent: connection.query<unknown, { seq: number; now: number; ref: Json<MessageRef> }>(
      `update outbox set state = 'sent', worker = null, due_at = null, ended_at = $now, ref = $ref
       where seq = $seq`,
    ),
    dead: connection.query<unknown, { seq: number; now: number; error: string }>(
      `update outbox set state = 'dead', worker = null, due_at = null, ended_at = $now, error = $error,
         shown_in = null where seq = $seq`,
    ),
    promote: connection.query<unknown, { chat: string; now: number }>(
      `update outbox set due_at = $now where seq = (select seq from outbox
         where chat = $chat and ended_at is null order by seq limit 1)`,
    ),
    nextDue: connection.query<{ due_at: number }>(
      "select due_at from outbox where due_at > -1 order by due_at limit 1",
    ),
    find: connection.query<StateRow, { key: string }>(
      "select state, ref, error from outbox where key = $key",
    ),
    read: connection.query<{ body: Json<DeliveryBody> }, { key: string }>(
      "select body from outbox where key = $key and shown_in is not null",
    ),
    voidLeases: connection.query<unknown, { now: number }>(
      `update outbox set state = 'pending', worker = null, due_at = $now, maybe_sent = 1
       where due_at > -1 and state = 'sending'`,
    ),
  };
}

/** For whoever looks after what does not arrive. */
function tendingStatements(connection: Connection) {
  return {
    // A platform tells the thread of a reaction not always, and its ids count within the chat.
    sentAs: connection.query<
      { address: Json<Address>; body: Json<DeliveryBody> },
      { channel: string; account: string; chat: string; id: string }
    >(
      `select address, body from outbox indexed by outbox_ref
       where ref is not null and json_extract(ref, '$.id') = $id and json_extract(ref, '$.address.chat') = $chat
         and json_extract(ref, '$.address.channel') = $channel
         and json_extract(ref, '$.address.account') = $account limit 1`,
    ),
    open: connection.query<ListedRow, { limit: number }>(
      `select ${LISTED}, (select count(*) - 1 from outbox where chat = one.chat and ended_at is null) as behind
       from outbox as one indexed by outbox_due where due_at > -1 order by due_at limit $limit`,
    ),
    given: connection.query<ListedRow, { limit: number }>(
      `select ${LISTED}, 0 as behind from outbox indexed by outbox_dead
       where state = 'dead' and ended_at > -1 order by ended_at desc limit $limit`,
    ),
    revive: connection.query<unknown, { key: string; now: number; shownIn: string | null }>(
      `update outbox as one set state = 'pending', ended_at = null, error = null, attempt = 0, first_at = null,
         shown_in = $shownIn,
         due_at = iif(exists (select 1 from outbox where chat = one.chat and ended_at is null), null, $now)
       where key = $key and state = 'dead'`,
    ),
    deadBody: connection.query<{ body: Json<DeliveryBody> }, { key: string }>(
      "select body from outbox where key = $key and state = 'dead'",
    ),
    waiting: connection.query<{ seq: number; chat: string }, { key: string }>(
      "select seq, chat from outbox where key = $key and state = 'pending' and due_at is not null",
    ),
    forget: connection.query<unknown, { key: string }>(
      "delete from outbox where key = $key and state = 'dead'",
    ),
  };
}
