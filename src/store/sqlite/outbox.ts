import type { MessageRef } from "../../core/message.ts";
import type {
  ChatKey,
  Delivery,
  DeliveryKey,
  DeliveryResult,
  DeliveryState,
  ListedDelivery,
  OutboxLedger,
  PendingDelivery,
  ReadyChat,
  SaidByTool,
  TurnId,
  WorkerId,
} from "../../core/store.ts";
import { decode, encode } from "./json.ts";
import { type ListedRow, outboxStatements, type OutboxRow, type StateRow } from "./outbox-statements.ts";
import type { LedgerParts } from "./parts.ts";
import { placeOf } from "./places.ts";
import { seqOf } from "./sequence.ts";
import type { PreviewNotes } from "./previews.ts";

/** Posts deliveries inside a transaction that is already open. */
export interface Poster {
  postAll(deliveries: readonly Delivery[]): void;
}

export class SqliteOutbox implements OutboxLedger, Poster {
  readonly #parts: LedgerParts;
  readonly #previews: PreviewNotes;
  readonly #sql: ReturnType<typeof outboxStatements>;

  constructor(parts: LedgerParts, previews: PreviewNotes) {
    this.#parts = parts;
    this.#previews = previews;
    this.#sql = outboxStatements(parts.connection);
  }

  /** For a start: whoever was sending is dead, and nobody knows how far it got. */
  voidLeases(): void {
    const now = this.#parts.clock.now();
    this.#parts.connection.write(() => this.#sql.voidLeases.run({ now }));
  }

  async post(deliveries: readonly Delivery[]): Promise<void> {
    this.#parts.connection.write(() => this.postAll(deliveries));
    if (deliveries.length > 0) this.#parts.ring("delivery");
  }

  /** The same inside a transaction that is already open. */
  postAll(deliveries: readonly Delivery[]): void {
    const now = this.#parts.clock.now();
    for (const { key, to, ...body } of deliveries) {
      const { message, session, turn } = body;
      this.#sql.insert.run({
        seq: this.#parts.sequence.next(now),
        key,
        chat: placeOf(to),
        address: encode(to),
        body: encode(body),
        shownIn: message.kind === "withdrawal" ? null : (session ?? null),
        turn: turn === undefined ? null : seqOf(turn),
        now,
      });
    }
  }

  async notePreview(turn: TurnId, page: number, ref: MessageRef): Promise<void> {
    this.#previews.note(turn, page, ref);
  }

  async saidByTools(turn: TurnId): Promise<readonly SaidByTool[]> {
    // "0" is the character after "/": the range holds the keys that begin with `{turn}/tool/`.
    const range = { from: `${turn}/tool/`, to: `${turn}/tool0` };
    const rows = this.#parts.connection.read(() => this.#sql.inRange.all(range));
    return rows
      .toSorted((a, b) => a.seq - b.seq)
      .flatMap(({ key, address, body }) => {
        const { message } = decode(body);
        return message.kind === "withdrawal" ? [] : [{ key, to: decode(address), message }];
      });
  }

  async saidInBlocks(turn: TurnId): Promise<readonly string[]> {
    const range = { from: `${turn}/block/`, to: `${turn}/block0` };
    const rows = this.#parts.connection.read(() => this.#sql.inRange.all(range));
    const inOrder = rows.toSorted((a, b) => a.seq - b.seq).map(({ body }) => decode(body).words);
    return inOrder.filter((words) => words !== undefined);
  }

  async ready(limit: number): Promise<readonly ReadyChat[]> {
    const now = this.#parts.clock.now();
    const rows = this.#parts.connection.read(() => this.#sql.ready.all({ now, limit }));
    return rows.map(({ chat, address }) => ({ chat, to: decode(address) }));
  }

  async claim(
    worker: WorkerId,
    { chat, leaseMs }: { chat: ChatKey; leaseMs: number },
  ): Promise<PendingDelivery | undefined> {
    const now = this.#parts.clock.now();
    const row = this.#parts.connection.write(() =>
      this.#sql.claim.get({ chat, worker, now, until: now + leaseMs }),
    );
    return row && pendingOf(row);
  }

  async extend(key: DeliveryKey, worker: WorkerId, leaseMs: number): Promise<boolean> {
    const until = this.#parts.clock.now() + leaseMs;
    return this.#parts.connection.write(() => this.#sql.extend.run({ key, worker, until }) > 0);
  }

  async settle(key: DeliveryKey, worker: WorkerId, result: DeliveryResult): Promise<boolean> {
    const now = this.#parts.clock.now();
    const settled = this.#parts.connection.write(() => {
      const held = this.#sql.held.get({ key, worker });
      if (!held) return undefined;
      return { moreWaits: this.#apply(held, result, now) };
    });
    if (settled?.moreWaits) this.#parts.ring("delivery");
    return settled !== undefined;
  }

  async nextDueAtMs(): Promise<number | undefined> {
    return this.#parts.connection.read(() => this.#sql.nextDue.get({}))?.due_at;
  }

  async find(key: DeliveryKey): Promise<DeliveryState | undefined> {
    const row = this.#parts.connection.read(() => this.#sql.find.get({ key }));
    return row && stateOf(row);
  }

  async list(state: "open" | "dead", limit: number): Promise<readonly ListedDelivery[]> {
    const { connection } = this.#parts;
    const rows = connection.read(() => this.#sql[state === "open" ? "open" : "given"].all({ limit }));
    return rows.map(listedOf);
  }

  async revive(key: DeliveryKey): Promise<boolean> {
    const now = this.#parts.clock.now();
    const isBack = this.#parts.connection.write(() => {
      const row = this.#sql.deadBody.get({ key });
      if (!row) return false;
      const { session, message } = decode(row.body);
      const shownIn = message.kind === "withdrawal" ? null : (session ?? null);
      return this.#sql.revive.run({ key, now, shownIn }) > 0;
    });
    if (isBack) this.#parts.ring("delivery");
    return isBack;
  }

  async drop(key: DeliveryKey): Promise<boolean> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.write(() => {
      const waiting = this.#sql.waiting.get({ key });
      if (!waiting) return this.#sql.forget.run({ key }) > 0;
      this.#apply(waiting, { state: "dead", error: "dropped by hand" }, now);
      return true;
    });
  }

  async sentAs({ address, id }: MessageRef): ReturnType<OutboxLedger["sentAs"]> {
    const { channel, account, chat } = address;
    const row = this.#parts.connection.read(() => this.#sql.sentAs.get({ channel, account, chat, id }));
    if (!row) return undefined;
    const { message } = decode(row.body);
    return message.kind === "withdrawal" ? undefined : { to: decode(row.address), message };
  }

  async read(key: DeliveryKey): ReturnType<OutboxLedger["read"]> {
    const row = this.#parts.connection.read(() => this.#sql.read.get({ key }));
    if (!row) return undefined;
    const { session, message } = decode(row.body);
    return session === undefined || message.kind === "withdrawal" ? undefined : { session, message };
  }

  /** True if something waits in the chat now, be it the same delivery again or the one behind it. */
  #apply({ seq, chat }: { seq: number; chat: string }, result: DeliveryResult, now: number): boolean {
    if (result.state === "retry") {
      const { maybeSent, plain, previewGone } = result.known;
      const known = { maybeSent: +maybeSent, plain: +plain, previewGone: +previewGone };
      const { afterMs, error = null } = result;
      this.#sql.retry.run({ seq, dueAt: now + afterMs, ...known, error });
      return true;
    }
    if (result.state === "sent") this.#sql.sent.run({ seq, now, ref: encode(result.ref) });
    else this.#sql.dead.run({ seq, now, error: result.error });
    return this.#sql.promote.run({ chat, now }) > 0;
  }
}

function pendingOf(row: OutboxRow): PendingDelivery {
  return {
    key: row.key,
    to: decode(row.address),
    ...decode(row.body),
    attempt: row.attempt,
    firstAttemptAtMs: row.first_at,
    known: {
      maybeSent: row.maybe_sent === 1,
      plain: row.plain === 1,
      previewGone: row.preview_gone === 1,
    },
  };
}

function listedOf(row: ListedRow): ListedDelivery {
  return {
    key: row.key,
    to: decode(row.address),
    ...decode(row.body),
    state: row.state,
    postedAtMs: row.posted_at,
    attempt: row.attempt,
    behind: row.behind,
    ...(row.due_at === null ? {} : { dueAtMs: row.due_at }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

function stateOf({ state, ref, error }: StateRow): DeliveryState {
  if (state === "sent" && ref !== null) return { state, ref: decode(ref) };
  if (state === "dead") return { state, error: error ?? "" };
  return { state: state === "sending" ? state : "pending" };
}
