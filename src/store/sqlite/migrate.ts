import type { Clock } from "../../lib/clock.ts";
import { StoreError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import type { Migration } from "./migrations/index.ts";

interface Applied {
  readonly id: number;
  readonly hash: string;
}

/**
 * Brings the file to the present form, all steps at once or none. Refuses a file that a newer
 * program made, and one whose steps were others than ours: both would be damaged by going on.
 */
export function migrate(connection: Connection, migrations: readonly Migration[], clock: Clock): void {
  connection.write(() => {
    const { database } = connection;
    database.run(
      "create table if not exists migration (id integer primary key, hash text not null, applied_at integer not null) strict",
    );
    const applied = database.query<Applied, []>("select id, hash from migration order by id").all();
    refuseForeign(applied, migrations);
    const insert = "insert into migration (id, hash, applied_at) values (?, ?, ?)";
    for (const { id, sql } of migrations.slice(applied.length)) {
      database.run(sql);
      database.run(insert, [id, hashOf(sql), clock.now()]);
    }
  });
}

function refuseForeign(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const [index, { id, hash }] of applied.entries()) {
    const ours = migrations[index];
    if (!ours) {
      throw new StoreError(
        "failed",
        `The database was written by a newer pi-gateway (step ${id}; this one knows ${migrations.length}). Update pi-gateway, or restore an older backup.`,
        { retry: "never" },
      );
    }
    if (ours.id !== id || hashOf(ours.sql) !== hash) {
      throw new StoreError(
        "failed",
        `The database does not fit this pi-gateway: step ${id} was another one when it was applied. Use the version that wrote it.`,
        { retry: "never" },
      );
    }
  }
}

/** Line ends do not count: a checkout may have changed them. */
function hashOf(sql: string): string {
  return new Bun.CryptoHasher("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
}
