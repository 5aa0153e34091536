import type { SessionKey } from "../../core/session-key.ts";
import type { History, HistoryPage, Retention, Store, WorkKind } from "../../core/store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { SqliteAccess } from "./access.ts";
import { Amendments } from "./amendments.ts";
import { ChatMover } from "./chat-mover.ts";
import { SqliteChats } from "./chats.ts";
import { Connection } from "./connection.ts";
import { SqliteCron } from "./cron.ts";
import { SessionHistory } from "./history.ts";
import { SqliteInbox } from "./inbox.ts";
import { SqliteLeases } from "./leases.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { SqliteOutbox } from "./outbox.ts";
import type { LedgerParts } from "./parts.ts";
import { PreviewNotes } from "./previews.ts";
import { ProcessLock } from "./process-lock.ts";
import { Pruner } from "./prune.ts";
import { Sequence } from "./sequence.ts";
import { SessionQueue } from "./session-queue.ts";
import { SqliteSessions } from "./sessions.ts";
import { SqliteState } from "./state.ts";
import { SqliteTurns } from "./turns.ts";
import { SqliteUsage } from "./usage.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface StoreOptions {
  /** Path of the database file; its folder exists. */
  readonly database: string;
  /** Path of the file whose lock makes one process the only one. */
  readonly lock: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The store in one SQLite file, for one process: `open` fails with `locked` while another has it. */
export class SqliteStore implements Store {
  readonly inbox: SqliteInbox;
  readonly chats: SqliteChats;
  readonly turns: SqliteTurns;
  readonly outbox: SqliteOutbox;
  readonly sessions: SqliteSessions;
  readonly access: SqliteAccess;
  readonly cron: SqliteCron;
  readonly leases: SqliteLeases;
  readonly state: SqliteState;
  readonly usage: SqliteUsage;
  /** What the ledgers stand on; nobody but tests and the bench reaches for it. */
  readonly connection: Connection;

  readonly #lock: ProcessLock;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sequence = new Sequence();
  readonly #history: SessionHistory;
  readonly #amendments: Amendments;
  readonly #pruner: Pruner;
  readonly #last: ReturnType<typeof lastSequence>;
  readonly #listeners = new Set<(kind: WorkKind) => void>();

  constructor({ database, lock, clock, log }: StoreOptions) {
    const connection = new Connection(database);
    const parts: LedgerParts = {
      connection,
      clock,
      sequence: this.#sequence,
      ring: (kind) => this.#ring(kind),
    };
    const queue = new SessionQueue(connection);
    const line = new WaitingLine(connection, queue);
    this.connection = connection;
    this.outbox = new SqliteOutbox(parts, new PreviewNotes(connection));
    this.chats = new SqliteChats(parts, new ChatMover(parts));
    this.inbox = new SqliteInbox(parts, queue, line, { outbox: this.outbox, chats: this.chats });
    this.usage = new SqliteUsage(parts);
    this.turns = new SqliteTurns(parts, queue, line, {
      outbox: this.outbox,
      usage: this.usage,
      chats: this.chats,
    });
    this.sessions = new SqliteSessions(parts);
    this.access = new SqliteAccess(parts, this.outbox);
    this.cron = new SqliteCron(connection);
    this.leases = new SqliteLeases(parts);
    this.state = new SqliteState(connection);
    this.#history = new SessionHistory(connection);
    this.#amendments = new Amendments(connection);
    this.#pruner = new Pruner(parts);
    this.#last = lastSequence(connection);
    this.#lock = new ProcessLock(lock);
    this.#clock = clock;
    this.#log = log;
  }

  async open(): Promise<void> {
    if (this.connection.isOpen) return;
    this.#lock.take();
    try {
      this.connection.open();
      migrate(this.connection, migrations, this.#clock);
      this.#sequence.startAfter(this.connection.read(() => this.#last.get({})?.seq ?? 0));
      this.turns.voidLeases();
      this.outbox.voidLeases();
      this.leases.voidLeases();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.connection.close();
    this.#lock.release();
  }

  async history(session: SessionKey, page: HistoryPage): Promise<History> {
    return this.#history.page(session, page);
  }

  async amend(...args: Parameters<Store["amend"]>): ReturnType<Store["amend"]> {
    return this.#amendments.amend(...args);
  }

  async prune(retention: Retention, limit: number): Promise<number> {
    return this.#pruner.prune(retention, limit);
  }

  onWork(listener: (kind: WorkKind) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** What a listener throws must not make a verb fail that has already happened. */
  #ring(kind: WorkKind): void {
    for (const listener of this.#listeners) {
      try {
        listener(kind);
      } catch (error) {
        this.#log.error({ error, kind }, "a listener for new work failed");
      }
    }
  }
}

function lastSequence(connection: Connection) {
  return connection.query<{ seq: number | null }>(
    `select max(coalesce((select max(seq) from inbox), 0), coalesce((select max(seq) from turn), 0),
       coalesce((select max(seq) from outbox), 0), coalesce((select max(seq) from event), 0),
       coalesce((select max(seq) from chat_line), 0)) as seq`,
  );
}
