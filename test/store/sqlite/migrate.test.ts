import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "../../../src/core/errors.ts";
import { Connection } from "../../../src/store/sqlite/connection.ts";
import { migrate } from "../../../src/store/sqlite/migrate.ts";
import { type Migration, migrations } from "../../../src/store/sqlite/migrations/index.ts";
import { nameOf } from "../../../src/store/sqlite/places.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { CHAT, inbound, SESSION } from "../../fakes/path-world.ts";
import { storeIn, temporaryFolder } from "../temporary-store.ts";

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

/** A file as a program of the first step left it, in the middle of its work. */
function writeFirstForm(folder: string, clock: FakeClock): void {
  const connection = new Connection(join(folder, "gateway.db"));
  connection.open();
  migrate(connection, migrations.slice(0, 1), clock);
  const { database } = connection;
  const insert = (table: string, row: Readonly<Record<string, string | number | null>>) =>
    database.run(
      `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row)
        .map(() => "?")
        .join(", ")})`,
      Object.values(row),
    );
  const message = (seq: number, id: string, more: Readonly<Record<string, string | number | null>>) => {
    const body = inbound(id, `你好 ${id}`);
    insert("inbox", { seq, dedup: nameOf(body), body: JSON.stringify(body), recorded_at: seq, ...more });
  };
  const session = String(SESSION);
  const queued = { fate: "queued", session, merge_key: "k" };
  message(1, "answered", { ...queued, turn: 2 });
  message(3, "asked", { ...queued, turn: 4 });
  message(5, "waiting", queued);
  message(6, "new", {});
  const turn = { session, attempt: 1 };
  insert("turn", { seq: 2, ...turn, state: "done", ended_at: 2 });
  insert("turn", { seq: 4, ...turn, state: "released", due_at: 4 });
  insert("queue", { session, waiting: 1, busy: 1, since: 5, head: 5, priority: 0 });
  database.run("update depth set waiting = 1");
  const said = { to: CHAT, message: { kind: "text", markdown: "Hello." } };
  const place = { chat: "c", address: JSON.stringify(CHAT), shown_in: session };
  const sent = { state: "sent", ended_at: 2, ref: JSON.stringify({ address: CHAT, id: "9" }) };
  insert("outbox", { seq: 7, key: "2/0", ...place, body: JSON.stringify(said), posted_at: 2, ...sent });
  insert("state", { namespace: "n", key: "k", value: "v" });
  connection.close();
}

test("what a program of the first step has written is there for this one, and goes on", async () => {
  using folder = temporaryFolder();
  const clock = new FakeClock();
  writeFirstForm(folder.path, clock);
  const store = storeIn(folder.path, clock);
  await store.open();
  try {
    const { rows } = await store.history(SESSION, { limit: 9 });
    expect(rows.map(({ text }) => text)).toEqual(["你好 answered", "你好 asked", "你好 waiting", "Hello."]);
    const outcome = (id: string) => store.inbox.outcome({ address: CHAT, id });
    expect(await outcome("answered")).toEqual({ state: "done", endedAtMs: 2, turn: "2" });
    expect(await outcome("asked")).toEqual({ state: "running" });
    expect((await store.inbox.unsettled()).map((entry) => "message" in entry && entry.message.id)).toEqual([
      "new",
    ]);
    const taken = await store.turns.claim("w", { leaseMs: 1000, mergeLimit: 9 });
    expect(taken).toMatchObject({ id: "4", attempt: 2, messages: [{ id: "asked" }] });
    expect(await store.turns.depth()).toBe(1);
    expect(await store.state.get("n", "k")).toBe("v");
    expect(await store.cron.load()).toEqual({ jobs: [], states: [], open: [] });
  } finally {
    await store.close();
  }
});
