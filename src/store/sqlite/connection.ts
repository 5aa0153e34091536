import type { Database, Statement } from "bun:sqlite";
import { StoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";
import { openPrivately } from "./private-file.ts";

export type Bindings = Record<string, string | number | null>;

type NoBindings = Record<string, never>;

/** Durable at each commit, also through a power cut; one writer, and readers that do not stop it. */
const PRAGMAS = `
  pragma busy_timeout = 1000;
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma journal_size_limit = 16777216;
  pragma trusted_schema = off;
`;

/**
 * The open database and every statement that is ever run on it. All failures of SQLite leave here
 * as `StoreError`; a failed `write` has changed nothing.
 */
export class Connection {
  readonly #path: string;
  readonly #queries: Query<unknown, Bindings>[] = [];
  readonly #begin = this.query("begin immediate");
  readonly #commit = this.query("commit");
  readonly #rollback = this.query("rollback");
  #database: Database | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#database !== undefined;
  }

  open(): void {
    translated(() => {
      this.#database = openPrivately(this.#path);
      this.#database.run(PRAGMAS);
    });
  }

  close(): void {
    const database = this.#database;
    this.#database = undefined;
    for (const query of this.#queries) query.forget();
    translated(() => database?.close(true));
  }

  /** The database itself: for migrations, and for tests that look behind the verbs. */
  get database(): Database {
    if (!this.#database) throw new StoreError("failed", "The store is not open.");
    return this.#database;
  }

  /** What every query says: what tests on query plans look through. */
  get statements(): readonly string[] {
    return this.#queries.map((query) => query.sql);
  }

  /** A statement that is prepared at its first use and then kept. */
  query<Row, Params extends Bindings = NoBindings>(sql: string): Query<Row, Params> {
    const query = new Query<Row, Params>(this, sql);
    this.#queries.push(query);
    return query;
  }

  /** Runs `work` as one transaction that is on the disk when this returns, or has not happened. */
  write<T>(work: () => T): T {
    return translated(() => {
      this.#begin.run({});
      try {
        const result = work();
        this.#commit.run({});
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (this.database.inTransaction) this.#rollback.run({});
        throw error;
      }
    });
  }

  /**
   * Runs `work` as one transaction that outlives this process at once, and a power cut from the next `write`
   * on. For steps that are simply taken again when they are lost: a write to the disk costs more than all else.
   */
  writeSoon<T>(work: () => T): T {
    return translated(() => {
      this.database.run("pragma synchronous = normal");
      try {
        return this.write(work);
      } finally {
        this.database.run("pragma synchronous = full");
      }
    });
  }

  /** Runs `work`, which only reads. */
  read<T>(work: () => T): T {
    return translated(work);
  }
}

/** One SQL statement with named parameters. Use it inside `write` or `read`. */
export class Query<Row, Params extends Bindings> {
  readonly sql: string;
  readonly #connection: Connection;
  #prepared: Statement<Row, [Params]> | undefined;

  constructor(connection: Connection, sql: string) {
    this.#connection = connection;
    this.sql = sql;
  }

  get(params: Params): Row | undefined {
    return this.#statement().get(params) ?? undefined;
  }

  all(params: Params): Row[] {
    return this.#statement().all(params);
  }

  /** Returns how many rows it changed. */
  run(params: Params): number {
    return this.#statement().run(params).changes;
  }

  /** For a connection that closes: the next use prepares anew. */
  forget(): void {
    this.#prepared?.finalize();
    this.#prepared = undefined;
  }

  #statement(): Statement<Row, [Params]> {
    this.#prepared ??= this.#connection.database.prepare<Row, [Params]>(this.sql);
    return this.#prepared;
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error);
  }
}
