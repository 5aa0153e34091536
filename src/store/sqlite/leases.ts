import type { LeaseLedger, WorkerId } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import type { LedgerParts } from "./parts.ts";

export class SqliteLeases implements LeaseLedger {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof leaseStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = leaseStatements(parts.connection);
  }

  /** For a start: no process is left that could hold one. */
  voidLeases(): void {
    this.#parts.connection.write(() => this.#sql.dropAll.run({}));
  }

  async hold(name: string, worker: WorkerId, leaseMs: number): Promise<boolean> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.write(
      () => this.#sql.hold.run({ name, worker, now, until: now + leaseMs }) > 0,
    );
  }

  async drop(name: string, worker: WorkerId): Promise<void> {
    this.#parts.connection.write(() => this.#sql.drop.run({ name, worker }));
  }
}

function leaseStatements(connection: Connection) {
  return {
    hold: connection.query<unknown, { name: string; worker: string; now: number; until: number }>(
      `insert into lease (name, worker, until) values ($name, $worker, $until)
       on conflict (name) do update set worker = excluded.worker, until = excluded.until
         where worker = excluded.worker or until <= $now`,
    ),
    drop: connection.query<unknown, { name: string; worker: string }>(
      "delete from lease where name = $name and worker = $worker",
    ),
    dropAll: connection.query<unknown>("delete from lease"),
  };
}
