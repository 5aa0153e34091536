import { expect } from "bun:test";
import type { AllowEntry, Pairing } from "../../src/core/access.ts";
import type { CronJob } from "../../src/core/cron.ts";
import type { Session } from "../../src/core/session.ts";
import { CLAIM, enqueue, LEASE_MS, placeOf, sessionOf, storeTest, type OpenStore } from "./store-words.ts";

const session = (chat: string, lastActiveAtMs = 1): Session => ({
  key: sessionOf(chat),
  agent: "main",
  address: placeOf(chat),
  file: `/sessions/${chat}.jsonl`,
  createdAtMs: 1,
  lastActiveAtMs,
  turns: 0,
});

/** What any engine promises about sessions. */
export function sessionContract(open: OpenStore): void {
  storeTest(open, "a session is created once, and stays as it is when opened again", async (under) => {
    const first = { ...session("a"), model: "x/y" };
    expect(await under.store.sessions.get(first.key)).toBeUndefined();
    const both = await Promise.all([
      under.store.sessions.open(first),
      under.store.sessions.open({ ...first, model: "z" }),
    ]);
    expect(both.map(({ created }) => created)).toEqual([true, false]);
    await under.reopen();
    expect(await under.store.sessions.open(session("a"))).toEqual({ session: first, created: false });
    expect(await under.store.sessions.get(first.key)).toEqual(first);
  });

  storeTest(open, "a patch changes what it names and nothing else", async ({ store }) => {
    await store.sessions.open(session("a"));
    const updated = await store.sessions.update(sessionOf("a"), { turns: 3, model: "x/y" });
    expect(updated).toEqual({ ...session("a"), turns: 3, model: "x/y" });
    expect(await store.sessions.get(sessionOf("a"))).toEqual(updated);
    const taken = await store.sessions.update(sessionOf("a"), { model: undefined });
    expect(taken).toEqual({ ...session("a"), turns: 3 });
    expect(taken).not.toContainKey("model");
    expect(await store.sessions.update(sessionOf("b"), { turns: 1 })).toBeUndefined();
  });

  storeTest(
    open,
    "a session is busy from its first waiting message to the end of its last turn, and knows when it last heard something",
    async ({ store, clock }) => {
      await store.sessions.open(session("a"));
      const activity = () => store.sessions.activity(sessionOf("a"));
      expect(await activity()).toEqual({ isBusy: false });
      await enqueue(store, "a", "1");
      const lastHeardAtMs = clock.now();
      expect(await activity()).toEqual({ isBusy: true, lastHeardAtMs });
      await clock.advance(1000);
      await enqueue(store, "b", "1");
      const turn = await store.turns.claim("w", CLAIM);
      expect(await activity()).toEqual({ isBusy: true, lastHeardAtMs });
      await store.turns.release(turn!.id, "w", { afterMs: 5000, countAttempt: true });
      expect((await activity()).isBusy).toBe(true);
      await clock.advance(5000);
      await store.turns.claim("w", CLAIM);
      await store.turns.finish(turn!.id, "w", { state: "done", replies: [] });
      expect(await activity()).toEqual({ isBusy: false, lastHeardAtMs });
    },
  );

  storeTest(
    open,
    "a turn that ends counts in its session and makes it the latest",
    async ({ store, clock }) => {
      for (const chat of ["a", "b"]) await store.sessions.open({ ...session(chat), model: "x/y" });
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w", CLAIM);
      await clock.advance(5000);
      await store.turns.finish(turn!.id, "w", { state: "failed", replies: [] });
      const lastActiveAtMs = clock.now();
      expect(await store.sessions.get(sessionOf("a"))).toEqual({
        ...session("a"),
        model: "x/y",
        turns: 1,
        lastActiveAtMs,
      });
      expect((await store.sessions.list(1))[0]?.key).toBe(sessionOf("a"));
    },
  );

  storeTest(open, "sessions are listed latest active first, with what waits and runs", async ({ store }) => {
    for (const [chat, at] of [
      ["a", 10],
      ["b", 30],
      ["c", 20],
      ["d", 20],
    ] as const) {
      await store.sessions.open(session(chat, at));
    }
    await enqueue(store, "b", "1");
    const turn = await store.turns.claim("w", CLAIM);
    await enqueue(store, "b", "2");
    await enqueue(store, "c", "1");
    const seen = async (limit = 9) =>
      (await store.sessions.list(limit)).map(({ key, waiting, running }) => [
        key.split(":").at(-1),
        waiting,
        running,
      ]);
    expect(await seen()).toEqual([
      ["b", 1, true],
      ["d", 0, false],
      ["c", 1, false],
      ["a", 0, false],
    ]);
    await store.turns.release(turn!.id, "w", { afterMs: 1000, countAttempt: true });
    await store.sessions.update(sessionOf("a"), { lastActiveAtMs: 40 });
    expect(await seen(2)).toEqual([
      ["a", 0, false],
      ["b", 1, false],
    ]);
  });
}

const subject = { channel: "test", account: "default", senderId: "7" };
const pairing = (code: string, expiresAtMs: number, senderId = "7"): Pairing => ({
  ...subject,
  senderId,
  code,
  senderName: "Seven",
  expiresAtMs,
});

/** What any engine promises about who may talk. */
export function accessContract(open: OpenStore): void {
  storeTest(open, "who was allowed is allowed, there and nowhere else", async (under) => {
    const entry: AllowEntry = { ...subject, addedAtMs: 1, by: "cli" };
    expect(await under.store.access.isAllowed(subject)).toBe(false);
    await under.store.access.allow(entry);
    await under.store.access.allow(entry);
    await under.reopen();
    expect(await under.store.access.isAllowed(subject)).toBe(true);
    expect(await under.store.access.isAllowed({ ...subject, account: "work" })).toBe(false);
    expect(await under.store.access.isAllowed({ ...subject, senderId: "8" })).toBe(false);
  });

  storeTest(open, "a person has one open pairing, until it expires", async ({ store, clock }) => {
    const until = clock.now() + 1000;
    const first = pairing("AAAA1111", until);
    expect(await store.access.openPairing(first)).toEqual(first);
    expect(await store.access.openPairing(pairing("BBBB2222", until + 5000))).toEqual(first);
    await store.access.openPairing(pairing("CCCC3333", until + 10, "8"));
    expect((await store.access.pairings()).map(({ code }) => code)).toEqual(["AAAA1111", "CCCC3333"]);
    clock.jump(1000);
    expect(await store.access.closePairing("AAAA1111", "approve")).toBeUndefined();
    expect(await store.access.isAllowed(subject)).toBe(false);
    const second = pairing("AAAA1111", clock.now() + 1000);
    expect(await store.access.openPairing(second)).toEqual(second);
    expect((await store.access.pairings()).map(({ senderId }) => senderId)).toEqual(["8", "7"]);
  });

  storeTest(open, "a pairing is closed once, by its code in any case", async ({ store, clock }) => {
    const open7 = pairing("ABCD1234", clock.now() + 1000);
    await store.access.openPairing(open7);
    await store.access.openPairing(pairing("EFGH5678", clock.now() + 1000, "8"));
    expect(await store.access.closePairing("abcd1234", "approve")).toEqual(open7);
    expect(await store.access.closePairing("ABCD1234", "approve")).toBeUndefined();
    expect(await store.access.isAllowed(subject)).toBe(true);
    expect((await store.access.closePairing("EFGH5678", "deny"))?.senderId).toBe("8");
    expect(await store.access.isAllowed({ ...subject, senderId: "8" })).toBe(false);
    expect(await store.access.pairings()).toEqual([]);
  });
}

/** What any engine promises about tasks, leases and small values. */
export function smallLedgerContract(open: OpenStore): void {
  storeTest(open, "a job is kept as it was last put", async (under) => {
    const job: CronJob = {
      id: "report",
      schedule: { kind: "every", expr: "1h" },
      task: "Report",
      delivery: "direct",
      resumeContext: false,
      paused: false,
    };
    await under.store.cron.put(job);
    await under.store.cron.put({ ...job, id: "other" });
    await under.store.cron.put({ ...job, paused: true });
    await under.reopen();
    expect(await under.store.cron.list()).toEqual([
      { ...job, paused: true },
      { ...job, id: "other" },
    ]);
    expect(await under.store.cron.remove("report")).toBe(true);
    expect(await under.store.cron.remove("report")).toBe(false);
    expect((await under.store.cron.list()).map(({ id }) => id)).toEqual(["other"]);
  });

  storeTest(open, "a job runs once at each of its times, also after a restart", async (under) => {
    const claims = await Promise.all([1, 2, 3].map(() => under.store.cron.claimRun("job", 1000)));
    expect(claims.filter(Boolean).length).toBe(1);
    await under.reopen();
    expect(await under.store.cron.claimRun("job", 1000)).toBe(false);
    expect(await under.store.cron.claimRun("job", 2000)).toBe(true);
    expect(await under.store.cron.claimRun("other", 1000)).toBe(true);
  });

  storeTest(open, "a named lease has one holder at a time", async ({ store, clock }) => {
    expect(await store.leases.hold("poll", "w1", LEASE_MS)).toBe(true);
    expect(await store.leases.hold("poll", "w2", LEASE_MS)).toBe(false);
    expect(await store.leases.hold("other", "w2", LEASE_MS)).toBe(true);
    clock.jump(LEASE_MS - 1);
    expect(await store.leases.hold("poll", "w1", LEASE_MS)).toBe(true);
    clock.jump(LEASE_MS - 1);
    expect(await store.leases.hold("poll", "w2", LEASE_MS)).toBe(false);
    clock.jump(1);
    expect(await store.leases.hold("poll", "w2", LEASE_MS)).toBe(true);
    await store.leases.drop("poll", "w1");
    expect(await store.leases.hold("poll", "w1", LEASE_MS)).toBe(false);
    await store.leases.drop("poll", "w2");
    expect(await store.leases.hold("poll", "w1", LEASE_MS)).toBe(true);
  });

  storeTest(open, "small values are kept, each in its namespace", async (under) => {
    await under.store.state.set("a", "offset", "1");
    await under.store.state.set("a", "offset", "2");
    await under.store.state.set("b", "offset", "3");
    await under.reopen();
    expect(await under.store.state.get("a", "offset")).toBe("2");
    expect(await under.store.state.get("b", "offset")).toBe("3");
    expect(await under.store.state.get("a", "other")).toBeUndefined();
  });
}
