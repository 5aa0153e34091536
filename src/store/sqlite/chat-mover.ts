import type { Address, InboundMessage } from "../../core/message.ts";
import type { Session } from "../../core/session.ts";
import type { SessionKey } from "../../core/session-key.ts";
import type { ChatMove } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import type { DeliveryBody } from "./outbox-statements.ts";
import type { LedgerParts } from "./parts.ts";
import { placeOf } from "./places.ts";

type SessionMove = ChatMove["sessions"][number];

/** Carries on, under another address, what is open in a chat. Inside a transaction. */
export class ChatMover {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof moveStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = moveStatements(parts.connection);
  }

  /** Returns the new keys of the sessions that went along. */
  move(move: ChatMove): readonly SessionKey[] {
    const moved = move.sessions.filter((one) => this.#moveSession(one, move.to)).map(({ to }) => to);
    for (const { from, to } of move.sessions) {
      // What could not go along is answered in the new chat all the same.
      this.#readdress(moved.includes(to) ? to : from, move);
    }
    const places = { from: placeOf(move.from), to: placeOf(move.to) };
    this.#moveDeliveries(places, move.to);
    for (const step of this.#sql.lines) step.run(places);
    return moved;
  }

  /** False if there is no such session, or the new one is at work on its own already. */
  #moveSession({ from, to, nextFile }: SessionMove, address: Address): boolean {
    const before = this.#sql.session.get({ key: from });
    if (!before) return false;
    const session = decode(before.body);
    const known = this.#sql.session.get({ key: to });
    const isTaken = known !== undefined && decode(known.body).turns > 0;
    if (session.hasEnded || isTaken || this.#sql.unfinished.get({ session: to })) return false;
    this.#sql.putSession.run({ key: to, ...rowOf({ ...session, key: to, address }) });
    this.#sql.putSession.run({ key: from, ...rowOf({ ...session, file: nextFile, hasEnded: true }) });
    const now = this.#parts.clock.now();
    this.#sql.moveTurn.run({ from, to, now });
    this.#sql.moveMembers.run({ from, to });
    this.#sql.moveWaiting.run({ from, to });
    this.#moveQueue(from, to);
    return true;
  }

  #moveQueue(from: string, to: string): void {
    if (this.#sql.mergeQueue.run({ from, to }) > 0) this.#sql.removeQueue.run({ session: from });
    else this.#sql.renameQueue.run({ from, to });
  }

  /** Of what waits and what is being answered, that which came from the old chat. */
  #readdress(session: string, { from, to, mergeKey }: ChatMove): void {
    const there = (body: Json<InboundMessage>) => {
      const message = decode(body);
      return placeOf(message.address) === placeOf(from) ? encode({ ...message, address: to }) : body;
    };
    for (const row of [...this.#sql.waiting.all({ session }), ...this.#sql.members.all({ session })]) {
      const body = there(row.body);
      if (body === row.body) continue;
      const heard = row.heard === null ? null : there(row.heard);
      this.#sql.readdress.run({ seq: row.seq, body, heard, mergeKey: mergeKey(row.merge_key) });
    }
  }

  /** No message of the old chat can be edited or answered in the new one. */
  #moveDeliveries({ from, to }: { from: string; to: string }, address: Address): void {
    const now = this.#parts.clock.now();
    for (const { seq, body } of this.#sql.deliveries.all({ chat: from })) {
      const { replaces: _, message, ...rest } = decode(body);
      if (message.kind === "withdrawal") {
        this.#sql.dropDelivery.run({ seq, now });
        continue;
      }
      const { replyTo: __, ...said } = message;
      const moved = encode<DeliveryBody>({ ...rest, message: said });
      this.#sql.moveDelivery.run({ seq, chat: to, address: encode(address), body: moved });
    }
    this.#sql.promote.run({ chat: to, now });
  }
}

const rowOf = (session: Session) => ({ body: encode(session), lastActiveAt: session.lastActiveAtMs });

interface MessageRow {
  readonly seq: number;
  readonly body: Json<InboundMessage>;
  readonly heard: Json<InboundMessage> | null;
  readonly merge_key: string;
}

type Keys = { from: string; to: string };

function moveStatements(connection: Connection) {
  return { ...movingSessions(connection), ...movingMessages(connection), ...movingDeliveries(connection) };
}

function movingSessions(connection: Connection) {
  return {
    session: connection.query<{ body: Json<Session> }, { key: string }>(
      "select body from session where key = $key",
    ),
    putSession: connection.query<unknown, { key: string; body: Json<Session>; lastActiveAt: number }>(
      `insert into session (key, body, last_active_at) values ($key, $body, $lastActiveAt)
       on conflict (key) do update set body = excluded.body, last_active_at = excluded.last_active_at`,
    ),
    unfinished: connection.query<{ seq: number }, { session: string }>(
      "select seq from turn indexed by turn_unfinished where session = $session and due_at is not null",
    ),
    // What it has shown so far stays behind; whoever held it has let go.
    moveTurn: connection.query<unknown, Keys & { now: number }>(
      `update turn set session = $to, previews = '[]', due_at = $now, state = 'released', worker = null
       where session = $from and due_at is not null`,
    ),
    mergeQueue: connection.query<unknown, Keys>(
      `update queue set waiting = queue.waiting + old.waiting, collapsed = queue.collapsed + old.collapsed,
         busy = max(queue.busy, old.busy), since = min(queue.since, old.since), head = min(queue.head, old.head),
         quiet_until = max(queue.quiet_until, old.quiet_until), hold_until = max(queue.hold_until, old.hold_until)
       from queue as old where queue.session = $to and old.session = $from`,
    ),
    renameQueue: connection.query<unknown, Keys>("update queue set session = $to where session = $from"),
    removeQueue: connection.query<unknown, { session: string }>("delete from queue where session = $session"),
    lines: [
      "update or ignore chat_line set place = $to where place = $from",
      "update or ignore chat_read set place = $to where place = $from",
    ].map((sql) => connection.query<unknown, Keys>(sql)),
  };
}

function movingMessages(connection: Connection) {
  return {
    moveMembers: connection.query<unknown, Keys>(
      `update inbox indexed by inbox_turn set session = $to where session = $from and turn =
         (select seq from turn indexed by turn_unfinished where session = $to and due_at is not null)`,
    ),
    moveWaiting: connection.query<unknown, Keys>(
      `update inbox indexed by inbox_waiting set session = $to
       where session = $from and fate = 'queued' and turn is null`,
    ),
    waiting: connection.query<MessageRow, { session: string }>(
      `select seq, body, heard, merge_key from inbox indexed by inbox_waiting
       where session = $session and fate = 'queued' and turn is null`,
    ),
    members: connection.query<MessageRow, { session: string }>(
      `select seq, body, heard, merge_key from inbox indexed by inbox_turn where turn =
         (select seq from turn indexed by turn_unfinished where session = $session and due_at is not null)`,
    ),
    readdress: connection.query<
      unknown,
      { seq: number; body: Json<InboundMessage>; heard: Json<InboundMessage> | null; mergeKey: string }
    >("update inbox set body = $body, heard = $heard, merge_key = $mergeKey where seq = $seq"),
  };
}

function movingDeliveries(connection: Connection) {
  return {
    deliveries: connection.query<{ seq: number; body: Json<DeliveryBody> }, { chat: string }>(
      "select seq, body from outbox indexed by outbox_line where chat = $chat and ended_at is null order by seq",
    ),
    // A row that is being sent keeps its lease: whoever holds it settles it by its key.
    moveDelivery: connection.query<
      unknown,
      { seq: number; chat: string; address: Json<Address>; body: Json<DeliveryBody> }
    >(
      `update outbox as one set chat = $chat, address = $address, body = $body,
         due_at = iif(exists (select 1 from outbox where chat = $chat and due_at is not null), null, due_at)
       where seq = $seq`,
    ),
    dropDelivery: connection.query<unknown, { seq: number; now: number }>(
      `update outbox set state = 'dead', worker = null, due_at = null, ended_at = $now, shown_in = null,
         error = 'its chat has moved' where seq = $seq`,
    ),
    promote: connection.query<unknown, { chat: string; now: number }>(
      `update outbox set due_at = $now where seq = (select seq from outbox
         where chat = $chat and ended_at is null order by seq limit 1)
         and not exists (select 1 from outbox where chat = $chat and due_at is not null)`,
    ),
  };
}
