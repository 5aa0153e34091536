import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../../../src/core/errors.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import {
  CLAIM,
  deliverAll,
  enqueue,
  inbound,
  queued,
  saying,
  sessionOf,
} from "../../contracts/store-words.ts";
import { openTemporaryStore, storeIn, temporaryFolder } from "../temporary-store.ts";

/** The code of the `StoreError` that `work` ends with; anything else fails the test. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw new Error(`no StoreError but ${String(error)}`);
  return error.code;
}

test("on a full disk a verb rejects and has not happened; with space again the same store goes on", async () => {
  const under = await openTemporaryStore();
  const { store } = under;
  const { database } = store.connection;
  await enqueue(store, "a", "1");
  const turn = await store.turns.claim("w", CLAIM);
  const pages = Number(database.query("pragma page_count").values()[0]?.[0]);
  database.run(`pragma max_page_count = ${pages}`);

  const large = inbound("a", "large", { text: "x".repeat(20_000) });
  expect(await codeOf(store.inbox.record(large))).toBe("full");
  const replies = [saying("a", "r", { message: { kind: "text", markdown: "y".repeat(20_000) } })];
  expect(await codeOf(store.turns.finish(turn!.id, "w", { state: "done", replies }))).toBe("full");
  expect(await codeOf(store.outbox.post(replies))).toBe("full");
  expect(await store.outbox.find("r")).toBeUndefined();
  expect(await store.turns.depth()).toBe(0);

  database.run("pragma max_page_count = 4294967294");
  expect((await store.inbox.record(large)).receipt).toBe("recorded");
  expect(await store.turns.finish(turn!.id, "w", { state: "done", replies })).toBe(true);
  expect(await deliverAll(store)).toEqual(["r"]);
  await under.end();
});

test("on a disk that is really full, and then not, nothing acknowledged is lost", async () => {
  using folder = temporaryFolder();
  const child = join(import.meta.dir, "full-disk-child.ts");
  const mount = `mount -t tmpfs -o size=2m none "${folder.path}" && exec "${process.execPath}" "${child}" "${folder.path}"`;
  // A small disk of its own, where the system lets us have one; else a limit inside SQLite.
  const onDisk = Bun.spawnSync(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount]);
  const seen =
    onDisk.exitCode === 0 ? onDisk : Bun.spawnSync([process.execPath, child, folder.path, "limit"]);
  expect(seen.stderr.toString()).toBe("");
  const { acknowledged, missing, tooMany, failed, codes, afterwards } = JSON.parse(
    seen.stdout.toString(),
  ) as {
    acknowledged: number;
    missing: number;
    tooMany: number;
    failed: number;
    codes: string[];
    afterwards: string;
  };
  expect(acknowledged).toBeGreaterThan(10);
  expect(failed).toBeGreaterThan(0);
  expect(codes).toEqual(["full"]);
  expect([missing, tooMany]).toEqual([0, 0]);
  expect(afterwards).toBe("recorded");
}, 30_000);

test("while the database is read-only every verb that writes says so, and reading goes on", async () => {
  const under = await openTemporaryStore();
  const { store } = under;
  const id = await enqueue(store, "a", "1");
  const { id: unsettled } = await store.inbox.record(inbound("a", "2"));
  store.connection.database.run("pragma query_only = 1");
  const codes = new Set([
    await codeOf(store.inbox.record(inbound("a", "3"))),
    await codeOf(store.inbox.settle(unsettled, queued(inbound("a", "2")))),
    await codeOf(store.turns.claim("w", CLAIM)),
    await codeOf(store.turns.clear(sessionOf("a"))),
    await codeOf(store.outbox.post([saying("a", "k")])),
    await codeOf(store.state.set("n", "k", "v")),
    await codeOf(store.leases.hold("l", "w", 1)),
    await codeOf(store.cron.remove("j")),
  ]);
  expect([...codes]).toEqual(["read-only"]);
  expect((await store.history(sessionOf("a"), { limit: 9 })).rows.map((row) => row.id)).toEqual(["1"]);
  expect(await store.turns.depth()).toBe(1);
  store.connection.database.run("pragma query_only = 0");
  expect(await store.inbox.record(inbound("a", "1"))).toEqual({ receipt: "duplicate", id });
  await store.inbox.settle(unsettled, queued(inbound("a", "2")));
  expect(await store.turns.depth()).toBe(2);
  await under.end();
});

test("a file that is no database is refused as what it is, and left as it was", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "gateway.db");
  const text = "this is somebody's diary\n".repeat(500);
  await Bun.write(path, text);
  const store = storeIn(folder.path, systemClock);
  expect(await codeOf(store.open())).toBe("corrupt");
  expect(await Bun.file(path).text()).toBe(text);
  // The lock is free again for one with a better file.
  await Bun.file(path).delete();
  const other = storeIn(folder.path, systemClock);
  await other.open();
  await other.close();
});

test("a damaged database is reported as damaged, by the verb that finds it", async () => {
  const under = await openTemporaryStore();
  for (let i = 0; i < 200; i++) await enqueue(under.store, "a", `${i}`);
  await under.store.close();
  const file = openSync(join(under.folder, "gateway.db"), "r+");
  for (let page = 2; page < 60; page++) writeSync(file, Buffer.alloc(512, 0xa5), 0, 512, page * 4096);
  closeSync(file);
  const work = async () => {
    await under.store.open();
    await under.store.history(sessionOf("a"), { limit: 1000 });
    await under.store.turns.claim("w", CLAIM);
  };
  expect(await codeOf(work())).toBe("corrupt");
  await under.end();
});

test("a database that another program keeps busy is locked for that long, not for ever", async () => {
  const under = await openTemporaryStore();
  under.store.connection.database.run("pragma busy_timeout = 0");
  using other = new Database(join(under.folder, "gateway.db"));
  other.run("begin immediate");
  expect(await codeOf(under.store.inbox.record(inbound("a", "1")))).toBe("locked");
  expect(await under.store.turns.depth()).toBe(0);
  other.run("rollback");
  expect((await under.store.inbox.record(inbound("a", "1"))).receipt).toBe("recorded");
  await under.end();
});

test("a folder that is missing, or a folder in the file's place, is one clear sentence", async () => {
  using folder = temporaryFolder();
  const missing = storeIn(join(folder.path, "nowhere"), systemClock);
  const error = await missing.open().catch((reason: unknown) => reason);
  expect(String(error)).toContain("its folder is missing or closed to us");
  mkdirSync(join(folder.path, "gateway.db"));
  expect(await codeOf(storeIn(folder.path, systemClock).open())).toBe("failed");
});

test("what a transaction throws undoes all of it, and a bug stays a bug", async () => {
  const under = await openTemporaryStore();
  const { connection } = under.store;
  const insert = connection.query<unknown, { id: string }>(
    "insert into cron_job (id, body) values ($id, '{}')",
  );
  expect(() =>
    connection.write(() => {
      insert.run({ id: "1" });
      throw new TypeError("x is not a function");
    }),
  ).toThrow(TypeError);
  expect(() => connection.write(() => [insert.run({ id: "2" }), insert.run({ id: "2" })])).toThrow(
    StoreError,
  );
  expect((await under.store.cron.load()).jobs).toEqual([]);
  connection.write(() => insert.run({ id: "3" }));
  expect((await under.store.cron.load()).jobs.length).toBe(1);
  await under.end();
});

test("what need not be on the disk at once leaves the next write as durable as ever, also when it fails", async () => {
  const under = await openTemporaryStore();
  const { connection } = under.store;
  const level = () => connection.database.query("pragma synchronous").values()[0]?.[0];
  const full = level();
  connection.writeSoon(() => expect(level()).not.toBe(full));
  expect(level()).toBe(full);
  const failing = () =>
    connection.writeSoon(() => {
      throw new Error("not this time");
    });
  expect(failing).toThrow("not this time");
  expect(level()).toBe(full);
  await under.end();
});
