import { expect } from "bun:test";
import type { AllowEntry, Pairing } from "../../src/core/access.ts";
import type { CronJob, CronRun, CronState } from "../../src/core/cron-job.ts";
import type { Address } from "../../src/core/message.ts";
import type { Session } from "../../src/core/session.ts";
import {
  CLAIM,
  enqueue,
  LEASE_MS,
  placeOf,
  saying,
  recorded,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

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
    "what the gateway asks in a session is nothing heard, and a look for that before it ends after hundreds",
    async ({ store, clock }) => {
      await enqueue(store, "a", "1");
      const lastHeardAtMs = clock.now();
      const heard = async () => (await store.sessions.activity(sessionOf("a"))).lastHeardAtMs;
      const asked = { by: "webhook", name: "wake", about: "", delivery: "silent" } as const;
      const errand = { ...asked, session: sessionOf("a") };
      const ask = async (id: number) => {
        await clock.advance(10);
        await (await recorded(store, "a", `e${id}`, { errand })).settle(1);
      };
      for (let id = 0; id < 500; id += 1) await ask(id);
      expect(await heard()).toBe(lastHeardAtMs);
      for (let id = 500; id < 600; id += 1) await ask(id);
      expect(await heard()).toBe(lastHeardAtMs + 1000);
    },
  );

  storeTest(
    open,
    "an agent's conversation in a chat is found however many are newer, and no other's",
    async ({ store }) => {
      const thread = { ...session("t"), address: { ...placeOf("a"), thread: "7" } };
      for (const one of [session("a"), thread]) await store.sessions.open(one);
      for (let at = 0; at < 1100; at += 1) await store.sessions.open(session(`other${at}`, 10 + at));
      const found = async (agent: string, chat: Address) =>
        (await store.sessions.inChat(agent, chat))?.key as string | undefined;
      expect(await found("main", placeOf("a"))).toBe(sessionOf("a"));
      expect(await found("main", thread.address)).toBe(thread.key);
      expect(await found("other", placeOf("a"))).toBeUndefined();
      expect(await found("main", { ...placeOf("a"), account: "second" })).toBeUndefined();
      expect(await found("main", { ...placeOf("a"), thread: "8" })).toBeUndefined();
    },
  );

  storeTest(
    open,
    "idle are conversations that are in no chat, and in which nothing is open",
    async ({ store }) => {
      const job = (chat: string, lastActiveAtMs: number): Session => ({
        ...session(chat, lastActiveAtMs),
        address: { ...placeOf(chat), scope: "job" },
      });
      for (const one of [job("old", 2), job("older", 1), job("new", 10), session("person")]) {
        await store.sessions.open(one);
      }
      await store.sessions.open(job("busy", 1));
      await enqueue(store, "busy", "1");
      const idle = async (limit: number) => (await store.sessions.idleJobs(5, limit)).map(({ key }) => key);
      expect(await idle(9)).toEqual([sessionOf("older"), sessionOf("old")]);
      expect(await idle(1)).toEqual([sessionOf("older")]);
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

const pairing = (code: string, expiresAtMs: number, more: Partial<Pairing> = {}): Pairing => ({
  ...subject,
  code,
  senderName: "Seven",
  address: placeOf(more.senderId ?? subject.senderId),
  askedBy: `asked ${code}`,
  expiresAtMs,
  ...more,
});

const named = (code: string, account = "default") => ({ channel: "test", account, code });
const MOST = 3;
const quietly = () => [];

/** What any engine promises about who may talk. */
export function accessContract(open: OpenStore): void {
  storeTest(open, "who was let in is let in, there and nowhere else, until taken off", async (under) => {
    const { access } = under.store;
    await access.openPairing(pairing("AAAA2222", under.clock.now() + 1000), MOST);
    expect(await access.isAllowed(subject)).toBe(false);
    const entry = await access.approvePairing(named("AAAA2222"), quietly);
    expect(entry).toEqual({
      ...subject,
      senderName: "Seven",
      address: placeOf("7"),
      addedAtMs: under.clock.now(),
      isFirst: true,
    });
    await under.reopen();
    expect(await under.store.access.isAllowed(subject)).toBe(true);
    expect(await under.store.access.isAllowed({ ...subject, account: "work" })).toBe(false);
    expect(await under.store.access.isAllowed({ ...subject, channel: "other" })).toBe(false);
    expect(await under.store.access.isAllowed({ ...subject, senderId: "8" })).toBe(false);
    expect(await under.store.access.allowed()).toEqual([entry!]);
    expect(await under.store.access.disallow(subject)).toEqual(entry);
    expect(await under.store.access.disallow(subject)).toBeUndefined();
    expect(await under.store.access.isAllowed(subject)).toBe(false);
    expect(await under.store.access.allowed()).toEqual([]);
  });

  storeTest(open, "a person has one pairing on an account, until it expires", async ({ store, clock }) => {
    const { access } = store;
    const until = clock.now() + 1000;
    const first = pairing("AAAA2222", until);
    const opened = { ...first, state: "open" } as const;
    expect(await access.openPairing(first, MOST)).toEqual({ state: "opened", pairing: opened });
    const again = pairing("BBBB2222", until + 5000);
    expect(await access.openPairing(again, MOST)).toEqual({ state: "known", pairing: opened });
    await access.openPairing(pairing("CCCC3333", until + 10, { senderId: "8" }), MOST);
    await access.openPairing(pairing("DDDD3333", until + 20, { account: "work" }), MOST);
    const codes = async () => (await access.pairings()).map(({ code }) => code);
    expect(await codes()).toEqual(["AAAA2222", "CCCC3333", "DDDD3333"]);
    clock.jump(1000);
    expect(await codes()).toEqual(["CCCC3333", "DDDD3333"]);
    expect(await access.approvePairing(named("AAAA2222"), quietly)).toBeUndefined();
    expect(await access.denyPairing(named("AAAA2222"))).toBeUndefined();
    expect(await access.isAllowed(subject)).toBe(false);
    const second = pairing("AAAA2222", clock.now() + 1000);
    expect(await access.openPairing(second, MOST)).toMatchObject({ state: "opened" });
    expect(await codes()).toEqual(["CCCC3333", "DDDD3333", "AAAA2222"]);
  });

  storeTest(open, "as many are open on an account as may, also when all ask at once", async (under) => {
    const { access } = under.store;
    const ask = (n: number, account = "default") => {
      const until = under.clock.now() + 1000;
      return access.openPairing(pairing(`A${account}${n}`, until, { senderId: `s${n}`, account }), MOST);
    };
    const states = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
    expect(states.map(({ state }) => state)).toEqual([
      ...Array.from({ length: MOST }, () => "opened" as const),
      ...Array.from({ length: 20 - MOST }, () => "full" as const),
    ]);
    expect((await ask(0)).state).toBe("known");
    expect((await ask(0, "work")).state).toBe("opened");
    await access.denyPairing(named("Adefault1"));
    expect((await ask(10)).state).toBe("opened");
    expect((await ask(11)).state).toBe("full");
    under.clock.jump(1000);
    expect((await ask(12)).state).toBe("opened");
    expect(await access.pairings()).toHaveLength(1);
  });

  storeTest(open, "a pairing is decided on once, by its code in any case", async ({ store, clock }) => {
    const { access } = store;
    const until = clock.now() + 1000;
    await access.openPairing(pairing("ABCD2345", until), MOST);
    await access.openPairing(pairing("EFGH6789", until, { senderId: "8" }), MOST);
    expect(await access.approvePairing(named("abcd2345", "work"), quietly)).toBeUndefined();
    const said: string[] = [];
    const tell = ({ senderId }: AllowEntry) => {
      said.push(senderId);
      return [saying("7", `welcome ${said.length}`)];
    };
    const entry = await access.approvePairing(named("abcd2345"), tell);
    expect(entry).toMatchObject(subject);
    // Whoever asks again around a crash gets the same answer, and nobody is told twice.
    expect(await access.approvePairing(named("ABCD2345"), tell)).toEqual(entry);
    expect(said).toEqual(["7"]);
    expect(await store.outbox.find("welcome 1")).toEqual({ state: "pending" });
    expect(await access.denyPairing(named("ABCD2345"))).toBeUndefined();
    expect(await access.isAllowed(subject)).toBe(true);
    expect(await access.denyPairing(named("EFGH6789"))).toMatchObject({ senderId: "8" });
    expect(await access.denyPairing(named("EFGH6789"))).toMatchObject({ senderId: "8" });
    expect(await access.approvePairing(named("EFGH6789"), tell)).toBeUndefined();
    expect(await access.isAllowed({ ...subject, senderId: "8" })).toBe(false);
    const asksAgain = pairing("JJJJ2222", until, { senderId: "8" });
    expect(await access.openPairing(asksAgain, MOST)).toMatchObject({ pairing: { state: "denied" } });
    expect(await access.openPairing(pairing("KKKK2222", until), MOST)).toEqual({ state: "allowed" });
    await access.disallow(subject);
    expect(await access.openPairing(pairing("KKKK2222", until), MOST)).toMatchObject({ state: "opened" });
  });

  storeTest(
    open,
    "the first one is known as that, and nobody becomes it by another's leaving",
    async (under) => {
      const { access } = under.store;
      const letIn = async (senderId: string, channel = "test") => {
        const one = pairing(`AAAA${senderId}`, under.clock.now() + 1000, { senderId, channel });
        await access.openPairing(one, 100);
        return (await access.approvePairing(one, quietly))?.isFirst;
      };
      expect(await access.firstAllowed()).toBeUndefined();
      expect([await letIn("9"), await letIn("1"), await letIn("5", "another")]).toEqual([true, false, false]);
      await under.reopen();
      expect(await under.store.access.firstAllowed()).toMatchObject({ senderId: "9" });
      for (const senderId of ["9", "1"]) await under.store.access.disallow({ ...subject, senderId });
      expect(await under.store.access.firstAllowed()).toBeUndefined();
      expect((await under.store.access.allowed()).map(({ isFirst }) => isFirst)).toEqual([false]);
    },
  );
}

/** What any engine promises about tasks, leases and small values. */
export function smallLedgerContract(open: OpenStore): void {
  storeTest(open, "a job and how it stands are kept as they were last put", async (under) => {
    const { cron } = under.store;
    await cron.put(JOB, STATE);
    await cron.put({ ...JOB, id: "other" }, STATE);
    await cron.put({ ...JOB, enabled: false }, { ...STATE, failures: 2 });
    await cron.keep([{ origin: "config", id: "report", state: { ...STATE, nextAtMs: 5 } }]);
    await under.reopen();
    const { jobs, states, open: runs } = await under.store.cron.load();
    expect(jobs).toEqual([
      { ...JOB, enabled: false },
      { ...JOB, id: "other" },
    ]);
    expect(states).toHaveLength(3);
    expect(states).toContainEqual({ origin: "people", id: "report", state: { ...STATE, failures: 2 } });
    expect(states).toContainEqual({ origin: "config", id: "report", state: { ...STATE, nextAtMs: 5 } });
    expect(runs).toEqual([]);
    expect(await under.store.cron.remove("report")).toBe(true);
    expect(await under.store.cron.remove("report")).toBe(false);
    const left = await under.store.cron.load();
    expect(left.jobs.map(({ id }) => id)).toEqual(["other"]);
    expect(left.states.map(({ origin, id }) => `${origin} ${id}`).toSorted()).toEqual([
      "config report",
      "people other",
    ]);
  });

  storeTest(open, "a job is run once at each of its times, also after a restart", async (under) => {
    const begin = (at: number, facts: Partial<CronRun> = {}) =>
      under.store.cron.begin({ ...RUN, atMs: at, ...facts }, KEY, { ...STATE, nextAtMs: at + 1 });
    const begun = await Promise.all([1, 2, 3].map(() => begin(1000)));
    expect(begun.filter(Boolean).length).toBe(1);
    await under.reopen();
    expect(await begin(1000)).toBe(false);
    expect(await begin(2000)).toBe(true);
    expect(await begin(1000, { job: "other" })).toBe(true);
    expect(await begin(1000, { attempt: 2 })).toBe(true);
    expect(await begin(1000, { isManual: true })).toBe(true);
    expect(await under.store.cron.isKnown("report", 2000)).toBe(true);
    expect(await under.store.cron.isKnown("report", 3000)).toBe(false);
    expect((await under.store.cron.load()).states).toEqual([{ ...KEY, state: { ...STATE, nextAtMs: 1001 } }]);
  });

  storeTest(open, "a run is open until it has ended, and its job stands as that left it", async (under) => {
    const work = { kind: "say", text: "x", key: "k", isNoted: false } as const;
    await under.store.cron.put(JOB, STATE);
    await under.store.cron.begin({ ...RUN, work }, KEY, STATE);
    await under.reopen();
    expect((await under.store.cron.load()).open).toEqual([{ ...RUN, work }]);
    const end = { state: "done", endedAtMs: 7, answer: "Yes", delivery: "silent" } as const;
    await under.store.cron.end(RUN, end, { key: KEY, state: { ...STATE, failures: 1 } });
    expect(await under.store.cron.runs("report", 5)).toEqual([{ ...RUN, end }]);
    const { open: left, states } = await under.store.cron.load();
    expect(left).toEqual([]);
    expect(states).toEqual([{ ...KEY, state: { ...STATE, failures: 1 } }]);
    await under.store.cron.begin({ ...RUN, atMs: 9 }, KEY, STATE);
    await under.store.cron.end({ ...RUN, atMs: 9 }, end, { key: KEY });
    expect((await under.store.cron.load()).jobs).toEqual([]);
    expect((await under.store.cron.runs("report", 1)).map(({ atMs }) => atMs)).toEqual([9]);
  });

  storeTest(open, "a job that is added has none of the runs of another one of its id", async ({ store }) => {
    const ran = { ...RUN, end: { state: "done", endedAtMs: 1, delivery: "silent" } } as const;
    await store.cron.put(JOB, STATE);
    await store.cron.begin(ran, KEY, STATE);
    await store.cron.put({ ...JOB, enabled: false }, STATE);
    expect(await store.cron.runs(JOB.id, 9)).toEqual([ran]);
    await store.cron.remove(JOB.id);
    expect(await store.cron.runs(JOB.id, 9)).toEqual([ran]);
    await store.cron.put(JOB, STATE);
    expect(await store.cron.runs(JOB.id, 9)).toEqual([]);
  });

  storeTest(open, "runs of a job go after a while", async (under) => {
    const { cron } = under.store;
    for (const at of [1, 2, 3, 4]) {
      const end = { state: "done", endedAtMs: at, delivery: "silent" } as const;
      await cron.begin({ ...RUN, atMs: at, end }, KEY, STATE);
    }
    while ((await under.store.prune({ finishedBeforeMs: 0, runsBeforeMs: 3 }, 500)) > 0);
    expect((await cron.runs("report", 9)).map(({ atMs }) => atMs)).toEqual([4, 3]);
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

const JOB: CronJob = {
  id: "report",
  schedule: { kind: "every", expr: "1h" },
  task: "Report",
  kind: "agent",
  delivery: "direct",
  resumeContext: false,
  catchUp: true,
  deleteAfterRun: false,
  enabled: true,
};
const STATE: CronState = { schedule: "s", anchorMs: 1, failures: 0 };
const RUN: CronRun = { job: "report", atMs: 1000, attempt: 1, isManual: false, startedAtMs: 1001 };
const KEY = { origin: "people", id: "report" } as const;
