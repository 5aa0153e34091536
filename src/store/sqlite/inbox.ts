import type { InboundEvent, InboundMessage } from "../../core/message.ts";
import { eventPlace } from "../../core/event-place.ts";
import type { Admission, EventEntry, EventId, InboxEntry, InboxId, InboxLedger } from "../../core/store.ts";
import type { ChatLines } from "./chats.ts";
import { inboxStatements } from "./inbox-statements.ts";
import { decode, encode } from "./json.ts";
import { KnownMessages } from "./known-messages.ts";
import type { Poster } from "./outbox.ts";
import type { LedgerParts } from "./parts.ts";
import { nameOf, pieceOf } from "./places.ts";
import { idOf, seqOf } from "./sequence.ts";
import type { SessionQueue } from "./session-queue.ts";
import type { WaitingLine } from "./waiting-line.ts";

export { nameOf } from "./places.ts";

/** Fates that a person can see in the history of the session, if admission got as far as one. */
const SHOWN_FATES: readonly Admission["fate"][] = ["queued", "full", "command"];

/** Where a message ends up that admission has decided about. */
export interface InboxEnds {
  readonly outbox: Poster;
  readonly chats: ChatLines;
}

export class SqliteInbox implements InboxLedger {
  readonly #parts: LedgerParts;
  readonly #queue: SessionQueue;
  readonly #line: WaitingLine;
  readonly #ends: InboxEnds;
  readonly #known: KnownMessages;
  readonly #sql: ReturnType<typeof inboxStatements>;

  constructor(parts: LedgerParts, queue: SessionQueue, line: WaitingLine, ends: InboxEnds) {
    this.#parts = parts;
    this.#queue = queue;
    this.#line = line;
    this.#ends = ends;
    this.#known = new KnownMessages(parts.connection);
    this.#sql = inboxStatements(parts.connection);
  }

  async record(message: InboundMessage): ReturnType<InboxLedger["record"]> {
    const { connection, clock, sequence, ring } = this.#parts;
    const dedup = nameOf(message);
    const body = encode(message);
    const known = connection.write(() => {
      const now = clock.now();
      const seq = sequence.next(now);
      const until = message.part ? now + message.part.waitMs : null;
      const isNew = this.#sql.insert.run({ seq, dedup, body, now, part: pieceOf(message), until }) > 0;
      return { isNew, seq: isNew ? seq : this.#sql.find.get({ dedup })?.seq };
    });
    if (known.isNew) ring("inbox");
    return { receipt: known.isNew ? "recorded" : "duplicate", id: idOf(known.seq ?? -1) };
  }

  async recordEvent(id: string, event: InboundEvent): ReturnType<InboxLedger["recordEvent"]> {
    const { connection, clock, sequence } = this.#parts;
    // Platforms number their events per bot.
    const { channel, account } = eventPlace(event);
    const dedup = JSON.stringify([channel, account, id]);
    return connection.write(() => {
      const seq = sequence.next(clock.now());
      const isNew = this.#sql.insertEvent.run({ seq, dedup, body: encode(event) }) > 0;
      const known = isNew ? seq : this.#sql.findEvent.get({ dedup })?.seq;
      return { receipt: isNew ? "recorded" : "duplicate", id: idOf(known ?? -1) };
    });
  }

  /** An event that a power cut makes new again is acted on again, which changes nothing. */
  async settleEvent(id: EventId): Promise<void> {
    const done = { seq: seqOf(id), now: this.#parts.clock.now() };
    this.#parts.connection.writeSoon(() => this.#sql.settleEvent.run(done));
  }

  async settle(id: InboxId, admission: Admission): Promise<readonly InboxEntry[]> {
    const { connection, ring } = this.#parts;
    const queued = admission.fate === "queued" ? admission : undefined;
    // The message is on the disk; an admission that a power cut takes back is made again.
    const dropped = connection.writeSoon(() => this.#settle(seqOf(id), admission));
    if (dropped && queued) ring("turn");
    if (dropped && dropped.length > 0) ring("delivery");
    return dropped ?? [];
  }

  #settle(seq: number, admission: Admission): readonly InboxEntry[] | undefined {
    const row = this.#sql.open.get({ seq });
    if (!row) return undefined;
    if (admission.fate === "queued") return this.#settleQueued(seq, row, admission);
    const session = SHOWN_FATES.includes(admission.fate) ? (admission.session ?? null) : null;
    const droppedAt = session === null ? this.#parts.clock.now() : null;
    this.#sql.settle.run({ ...NOWHERE, seq, fate: admission.fate, session, droppedAt });
    if (admission.fate === "refused") this.#sql.scrub.run({ seq, body: encode(wordless(decode(row.body))) });
    if (admission.fate === "overheard" && admission.line !== undefined) {
      const { address, id: about } = decode(row.body);
      this.#ends.chats.add(address, { seq, about, kind: "said", text: admission.line });
    }
    return [];
  }

  /** Puts a message in its session's line; returns what was cancelled to make room. */
  #settleQueued(seq: number, row: OpenRow, queued: Queued): readonly InboxEntry[] {
    const { session, message, earlier = [], readUpTo, mergeKey, room } = queued;
    const pieces = earlier.flatMap((piece) => this.#takeOverheard(piece));
    let share = this.#enqueue(seq, row, message, queued);
    for (const piece of pieces) share = this.#enqueue(piece.seq, piece, piece.message, queued);
    if (row.part !== null) this.#queue.hold(session, this.#line.holdUntil(session));
    if (readUpTo !== undefined) this.#ends.chats.read(message.address, session, readUpTo);
    if (!room || !share) return [];
    const dropped = this.#line.makeRoom(session, mergeKey, room, share);
    this.#ends.outbox.postAll(dropped.map(room.tell));
    return dropped;
  }

  #enqueue(seq: number, row: OpenRow, message: InboundMessage, queued: Queued) {
    const { session, priority, mergeKey, quietMs = 0 } = queued;
    const heard = encode(message);
    const said = heard === row.body ? null : heard;
    this.#sql.settle.run({ ...NOWHERE, seq, fate: "queued", heard: said, session, priority, mergeKey });
    const quietUntil = quietMs === 0 ? 0 : row.recorded_at + quietMs;
    const arrival = { seq, priority, recorded_at: row.recorded_at, quietUntil };
    return this.#queue.add(session, arrival, this.#parts.clock.now());
  }

  /** A piece that looked like talk among others: its line goes, since the message is here. */
  #takeOverheard({ id, message }: InboxEntry) {
    const seq = seqOf(id);
    const row = this.#sql.overheard.get({ seq });
    if (!row) return [];
    this.#ends.chats.drop(message.address, message.id);
    return [{ ...row, seq, message }];
  }

  async unsettled(): Promise<readonly (InboxEntry | EventEntry)[]> {
    const { messages, events } = this.#parts.connection.read(() => ({
      messages: this.#sql.unsettled.all({}),
      events: this.#sql.unsettledEvents.all({}),
    }));
    const entries = [
      ...messages.map(({ seq, body }) => ({ seq, entry: { id: idOf(seq), message: decode(body) } })),
      ...events.map(({ seq, body }) => ({ seq, entry: { id: idOf(seq), event: decode(body) } })),
    ];
    return entries.toSorted((one, other) => one.seq - other.seq).map(({ entry }) => entry);
  }

  async pieces(message: InboundMessage): ReturnType<InboxLedger["pieces"]> {
    return this.#known.pieces(message);
  }

  async find(...[message]: Parameters<InboxLedger["find"]>): ReturnType<InboxLedger["find"]> {
    return this.#known.find(message);
  }

  async outcome(...[message]: Parameters<InboxLedger["outcome"]>): ReturnType<InboxLedger["outcome"]> {
    return this.#known.outcome(message);
  }

  async rewrite(...[id, now]: Parameters<InboxLedger["rewrite"]>): Promise<boolean> {
    return this.#known.rewrite(seqOf(id), now);
  }

  async cancel(id: InboxId): Promise<boolean> {
    return this.#parts.connection.write(() => this.#line.cancelOne(seqOf(id)));
  }

  async waitingFrom(
    ...[chat]: Parameters<InboxLedger["waitingFrom"]>
  ): ReturnType<InboxLedger["waitingFrom"]> {
    return this.#known.waitingFrom(chat);
  }
}

/** What is left of a message from somebody who may not talk: that it came. */
function wordless({ id, address, sender, isForBot, sentAtMs }: InboundMessage): InboundMessage {
  return { id, address, sender: { ...sender, name: "" }, text: "", attachments: [], isForBot, sentAtMs };
}

type Queued = Admission & { readonly fate: "queued" };
type OpenRow = Pick<
  ReturnType<ReturnType<typeof inboxStatements>["open"]["all"]>[number],
  "body" | "part" | "recorded_at"
>;

const NOWHERE = { heard: null, session: null, priority: 0, mergeKey: "", droppedAt: null };
