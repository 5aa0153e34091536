import type { Address, InboundEvent, InboundMessage } from "../../core/message.ts";
import type { Admission, InboxEntry, InboxId, InboxLedger } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import type { LedgerParts } from "./parts.ts";
import { idOf, seqOf } from "./sequence.ts";
import type { Poster } from "./outbox.ts";
import type { SessionQueue } from "./session-queue.ts";
import type { WaitingLine } from "./waiting-line.ts";

/** Fates that a person can see in the history of the session, if admission got as far as one. */
const SHOWN_FATES: readonly Admission["fate"][] = ["queued", "full", "command"];

export class SqliteInbox implements InboxLedger {
  readonly #parts: LedgerParts;
  readonly #queue: SessionQueue;
  readonly #line: WaitingLine;
  readonly #outbox: Poster;
  readonly #sql: ReturnType<typeof inboxStatements>;

  constructor(parts: LedgerParts, queue: SessionQueue, line: WaitingLine, outbox: Poster) {
    this.#parts = parts;
    this.#queue = queue;
    this.#line = line;
    this.#outbox = outbox;
    this.#sql = inboxStatements(parts.connection);
  }

  async record(message: InboundMessage): ReturnType<InboxLedger["record"]> {
    const { connection, clock, sequence, ring } = this.#parts;
    const dedup = nameOf(message);
    const body = encode(message);
    const known = connection.write(() => {
      const now = clock.now();
      const seq = sequence.next(now);
      const isNew = this.#sql.insert.run({ seq, dedup, body, now }) > 0;
      return { isNew, seq: isNew ? seq : this.#sql.find.get({ dedup })?.seq };
    });
    if (known.isNew) ring("inbox");
    return { receipt: known.isNew ? "recorded" : "duplicate", id: idOf(known.seq ?? -1) };
  }

  async recordEvent(id: string, event: InboundEvent): ReturnType<InboxLedger["recordEvent"]> {
    const { connection, clock } = this.#parts;
    const { channel, account } = placeOf(event);
    const dedup = JSON.stringify([channel, account, id]);
    const isNew = connection.write(
      () => this.#sql.insertEvent.run({ dedup, body: encode(event), now: clock.now() }) > 0,
    );
    return isNew ? "recorded" : "duplicate";
  }

  async settle(id: InboxId, admission: Admission): Promise<readonly InboxEntry[]> {
    const { connection, clock, ring } = this.#parts;
    const seq = seqOf(id);
    const queued = admission.fate === "queued" ? admission : undefined;
    const session = SHOWN_FATES.includes(admission.fate) ? (admission.session ?? null) : null;
    const heard = queued ? encode(queued.message) : null;
    // The message is on the disk; an admission that a power cut takes back is made again.
    const dropped = connection.writeSoon(() => {
      const row = this.#sql.open.get({ seq });
      if (!row) return undefined;
      this.#sql.settle.run({
        seq,
        fate: admission.fate,
        heard: heard === row.body ? null : heard,
        session,
        priority: queued?.priority ?? 0,
        mergeKey: queued?.mergeKey ?? "",
        droppedAt: session === null ? clock.now() : null,
      });
      return queued ? this.#enqueue(seq, row.recorded_at, queued) : [];
    });
    if (dropped && queued) ring("turn");
    if (dropped && dropped.length > 0) ring("delivery");
    return dropped ?? [];
  }

  /** Puts a message in its session's line; returns what was cancelled to make room. */
  #enqueue(seq: number, recordedAt: number, queued: Queued): readonly InboxEntry[] {
    const { session, priority, mergeKey, quietMs = 0, room } = queued;
    const quietUntil = quietMs === 0 ? 0 : recordedAt + quietMs;
    const arrival = { seq, priority, recorded_at: recordedAt, quietUntil };
    const now = this.#queue.add(session, arrival, this.#parts.clock.now());
    if (!room || !now) return [];
    const dropped = this.#line.makeRoom(session, mergeKey, room, now);
    this.#outbox.postAll(dropped.map(room.tell));
    return dropped;
  }

  async unsettled(): Promise<readonly InboxEntry[]> {
    const rows = this.#parts.connection.read(() => this.#sql.unsettled.all({}));
    return rows.map(({ seq, body }) => ({ id: idOf(seq), message: decode(body) }));
  }
}

type Queued = Admission & { readonly fate: "queued" };

/** Names a message for ever. An absent thread or agent is a value of its own. */
export function nameOf({ address, agent, id }: Pick<InboundMessage, "address" | "agent" | "id">): string {
  const { channel, account, scope, chat, thread } = address;
  return JSON.stringify([channel, account, scope, chat, thread ?? null, agent ?? null, id]);
}

/** Platforms number their events per bot, so an event's id counts within its account. */
function placeOf(event: InboundEvent): Address {
  if ("message" in event) return event.message.address;
  return "from" in event ? event.from : event.address;
}

function inboxStatements(connection: Connection) {
  return {
    insert: connection.query<
      unknown,
      { seq: number; dedup: string; body: Json<InboundMessage>; now: number }
    >(
      `insert into inbox (seq, dedup, body, recorded_at) values ($seq, $dedup, $body, $now)
       on conflict (dedup) do nothing`,
    ),
    find: connection.query<{ seq: number }, { dedup: string }>("select seq from inbox where dedup = $dedup"),
    insertEvent: connection.query<unknown, { dedup: string; body: Json<InboundEvent>; now: number }>(
      `insert into event (dedup, body, recorded_at) values ($dedup, $body, $now)
       on conflict (dedup) do nothing`,
    ),
    open: connection.query<{ body: Json<InboundMessage>; recorded_at: number }, { seq: number }>(
      "select body, recorded_at from inbox where seq = $seq and fate is null",
    ),
    settle: connection.query<unknown, Settlement>(
      `update inbox set fate = $fate, heard = $heard, session = $session, priority = $priority,
         merge_key = $mergeKey, dropped_at = $droppedAt where seq = $seq`,
    ),
    unsettled: connection.query<{ seq: number; body: Json<InboundMessage> }>(
      "select seq, body from inbox indexed by inbox_unsettled where fate is null order by seq",
    ),
  };
}

type Settlement = {
  seq: number;
  fate: string;
  heard: string | null;
  session: string | null;
  priority: number;
  mergeKey: string;
  droppedAt: number | null;
};
