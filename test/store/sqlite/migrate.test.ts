import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "../../../src/core/errors.ts";
import { Connection } from "../../../src/store/sqlite/connection.ts";
import { migrate } from "../../../src/store/sqlite/migrate.ts";
import type { Migration } from "../../../src/store/sqlite/migrations/index.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

const one: Migration = { id: 1, sql: "create table one (a text);\ncreate table more (a text);" };
const two: Migration = { id: 2, sql: "alter table one add column b text;" };

/** Runs `body` on a new file; each call of `on` is a program that opens it with those steps. */
function onNewFile(body: (on: (...steps: Migration[]) => string[]) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "pi-gateway-migrate-"));
  try {
    body((...steps) => {
      const connection = new Connection(join(folder, "x.db"));
      try {
        connection.open();
        migrate(connection, steps, new FakeClock());
        const tables =
          "select name from sqlite_master where type = 'table' and name <> 'migration' order by 1";
        return connection.database
          .query<{ name: string }, []>(tables)
          .all()
          .map(({ name }) => name);
      } finally {
        connection.close();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const refusal = (work: () => unknown): StoreError => {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("was not refused");
};

test("a file is brought up to date once, step by step", () => {
  onNewFile((on) => {
    expect(on(one)).toEqual(["more", "one"]);
    expect(on(one, two)).toEqual(["more", "one"]);
    expect(on(one, two)).toEqual(["more", "one"]);
  });
});

test("a file of a newer program is refused with a sentence that says what to do", () => {
  onNewFile((on) => {
    on(one, two);
    const error = refusal(() => on(one));
    expect([error.code, error.retry]).toEqual(["failed", "never"]);
    expect(error.message).toMatch(/written by a newer pi-gateway .*Update pi-gateway/);
  });
});

test("a step that was another one when it was applied is refused", () => {
  onNewFile((on) => {
    on(one, two);
    const error = refusal(() => on({ id: 1, sql: `${one.sql} ` }, two));
    expect(error.message).toMatch(/does not fit this pi-gateway: step 1/);
  });
});

test("line ends that a checkout changed are no change", () => {
  onNewFile((on) => {
    on(one);
    expect(on({ id: 1, sql: one.sql.replaceAll("\n", "\r\n") })).toEqual(["more", "one"]);
  });
});

test("a step that fails leaves nothing of itself or of the steps before it", () => {
  onNewFile((on) => {
    const broken: Migration = { id: 2, sql: "create table two (a text); create table one (again text);" };
    expect(refusal(() => on(one, broken)).code).toBe("failed");
    expect(on()).toEqual([]);
    expect(on(one, two)).toEqual(["more", "one"]);
  });
});
