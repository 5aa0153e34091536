import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../../../src/core/errors.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { CLAIM, enqueue, inbound, saying, sessionOf } from "../../contracts/store-words.ts";
import { openTemporaryStore, storeIn, temporaryFolder } from "../temporary-store.ts";

test("what a dead process held is free at the next start, without waiting for leases to end", async () => {
  const under = await openTemporaryStore();
  await enqueue(under.store, "a", "1");
  const turn = await under.store.turns.claim("dead", CLAIM);
  await enqueue(under.store, "b", "1");
  const later = await under.store.turns.claim("dead2", CLAIM);
  await under.store.turns.release(later!.id, "dead2", { afterMs: 5000, countAttempt: false });
  await under.store.outbox.post([saying("a", "k")]);
  const [line] = await under.store.outbox.ready(1);
  await under.store.outbox.claim("dead", { chat: line!.chat, leaseMs: 30_000 });
  await under.store.leases.hold("poll", "dead", 30_000);

  await under.reopen();
  expect(await under.store.turns.extend(turn!.id, "dead", 30_000)).toBe(false);
  expect(await under.store.outbox.extend("k", "dead", 30_000)).toBe(false);
  expect((await under.store.history(sessionOf("a"), { limit: 9 })).rows[0]?.state).toBe("waiting");
  expect(await under.store.turns.claim("w", CLAIM)).toMatchObject({ id: turn!.id, attempt: 2 });
  // One that was handed back keeps its pause.
  expect(await under.store.turns.claim("w2", CLAIM)).toBeUndefined();
  const taken = await under.store.outbox.claim("w", { chat: line!.chat, leaseMs: 30_000 });
  expect([taken?.attempt, taken?.known.maybeSent]).toEqual([2, true]);
  expect(await under.store.leases.hold("poll", "w", 30_000)).toBe(true);
  expect(await under.store.turns.finish(turn!.id, "dead", { state: "done", replies: [] })).toBe(false);
  expect(
    await under.store.outbox.settle("k", "dead", { state: "sent", ref: { address: line!.to, id: "1" } }),
  ).toBe(false);
  await under.end();
});

test("the database itself refuses a second unfinished turn in a session, and a second head of a line", async () => {
  const under = await openTemporaryStore();
  await enqueue(under.store, "a", "1");
  await under.store.turns.claim("w", CLAIM);
  await under.store.outbox.post([saying("a", "1"), saying("a", "2")]);
  const { database } = under.store.connection;
  expect(() =>
    database.run(
      `insert into turn (seq, session, state, attempt, due_at) values (1, '${sessionOf("a")}', 'released', 1, 0)`,
    ),
  ).toThrow("UNIQUE constraint failed: turn.session");
  expect(() => database.run("update outbox set due_at = 1")).toThrow("UNIQUE constraint failed: outbox.chat");
  await under.end();
});

test("the files are the owner's alone, and every commit is on the disk", async () => {
  const under = await openTemporaryStore();
  await enqueue(under.store, "a", "1");
  const modes = ["gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.lock.db"].map(
    (name) => statSync(join(under.folder, name)).mode & 0o777,
  );
  expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  const { database } = under.store.connection;
  const pragma = (name: string) => database.query(`pragma ${name}`).values()[0]?.[0];
  expect([pragma("journal_mode"), pragma("synchronous")]).toEqual(["wal", 2]);
  await under.end();
});

test("before it is open and after it is closed, each verb says so", async () => {
  using folder = temporaryFolder();
  const store = openStore({
    database: join(folder.path, "gateway.db"),
    lock: join(folder.path, "gateway.lock.db"),
    clock: systemClock,
    log: silentLogger,
  });
  const attempt = () => store.inbox.record(inbound("a", "1")).catch((error: unknown) => error);
  expect(await attempt()).toBeInstanceOf(StoreError);
  await store.close();
  await store.open();
  expect(await attempt()).toMatchObject({ receipt: "recorded" });
  // Opening what is open takes nothing from those who work with it.
  await enqueue(store, "b", "1");
  const turn = await store.turns.claim("w", CLAIM);
  await store.open();
  expect(await store.turns.extend(turn!.id, "w", 1000)).toBe(true);
  await store.close();
  await store.close();
  const refused = await attempt();
  expect(refused).toBeInstanceOf(StoreError);
  expect(String(refused)).toContain("not open");
});

test("a second store in the same process is refused, and refuses nobody once it gave up", async () => {
  using folder = temporaryFolder();
  const first = storeIn(folder.path, systemClock);
  const second = storeIn(folder.path, systemClock);
  await first.open();
  expect(await second.open().catch((error: StoreError) => error.code)).toBe("locked");
  await second.close();
  expect(await first.inbox.record(inbound("a", "1"))).toMatchObject({ receipt: "recorded" });
  await first.close();
  await second.open();
  expect(await first.open().catch((error: StoreError) => error.code)).toBe("locked");
  await second.close();
});

test("others may read the file while the store has it", async () => {
  const under = await openTemporaryStore();
  await enqueue(under.store, "a", "1");
  using reader = new Database(join(under.folder, "gateway.db"), { readonly: true });
  expect(reader.query("select waiting from depth").get()).toEqual({ waiting: 1 });
  await enqueue(under.store, "a", "2");
  expect(reader.query("select waiting from depth").get()).toEqual({ waiting: 2 });
  await under.end();
});

test("a number of the sequence is never given twice, not even when everything was pruned", async () => {
  const under = await openTemporaryStore();
  const first = await under.store.inbox.record(inbound("a", "1"));
  await under.store.inbox.settle(first.id, { fate: "refused" });
  under.clock.jump(1);
  await under.store.prune({ finishedBeforeMs: under.clock.now() }, 10);
  await under.reopen();
  const second = await under.store.inbox.record(inbound("a", "1"));
  expect(second.receipt).toBe("recorded");
  expect(second.id).not.toBe(first.id);
  await under.end();
});

test("of a removed session nothing is left in the end, once what is open in it has ended", async () => {
  const under = await openTemporaryStore();
  const { store } = under;
  const key = sessionOf("a");
  const address = inbound("a", "1").address;
  await store.sessions.open({
    key,
    agent: "main",
    address,
    file: "/f",
    createdAtMs: 1,
    lastActiveAtMs: 1,
    turns: 0,
  });
  await enqueue(store, "a", "1");
  const turn = await store.turns.claim("w", CLAIM);
  await store.sessions.remove(key);
  const prune = () => store.prune({ finishedBeforeMs: 0 }, 10);
  expect(await prune()).toBe(0);
  await store.turns.finish(turn!.id, "w", { state: "done", replies: [] });
  // The turn, its message, and the note that the session was removed.
  expect([await prune(), await prune()]).toEqual([3, 0]);
  const { database } = store.connection;
  for (const table of ["inbox", "turn", "forgotten", "queue", "session"]) {
    expect([table, database.query(`select count(*) from ${table}`).values()]).toEqual([table, [[0]]]);
  }
  await under.end();
});

test("of a job's runs about the latest two thousand are kept, also where jobs take turns", async () => {
  const under = await openTemporaryStore();
  const { connection, cron } = under.store;
  connection.database.run("pragma synchronous = off");
  const state = { schedule: "s", anchorMs: 1, failures: 0 };
  for (let at = 1; at <= 2400; at += 1) {
    const end = { state: "done", endedAtMs: at, delivery: "silent" } as const;
    for (const job of ["report", "other"]) {
      const run = { job, atMs: at, attempt: 1, isManual: false, startedAtMs: at, end };
      await cron.begin(run, { origin: "people", id: job }, state);
    }
  }
  for (const job of ["report", "other"]) {
    const kept = await cron.runs(job, 9999);
    expect(kept.length).toBeGreaterThanOrEqual(2000);
    expect(kept.length).toBeLessThanOrEqual(2200);
    expect(kept[0]?.atMs).toBe(2400);
  }
  await under.end();
});
