import { expect } from "bun:test";
import type { PendingDelivery, Store } from "../../src/core/store.ts";
import {
  CLAIM,
  deliverAll,
  enqueue,
  LEASE_MS,
  placeOf,
  refOf,
  saying,
  sessionOf,
  storeTest,
  UNTOUCHED,
  type OpenStore,
} from "./store-words.ts";

const SENT = { state: "sent", ref: refOf("a", "m") } as const;

/** Takes what is first in the line of `chat`, if it is due. */
async function claimIn(store: Store, chat: string, worker = "d"): Promise<PendingDelivery | undefined> {
  const line = (await store.outbox.ready(100)).find(({ to }) => to.chat === chat);
  return line && store.outbox.claim(worker, { chat: line.chat, leaseMs: LEASE_MS });
}

/** What any outbox promises. */
export function outboxContract(open: OpenStore): void {
  storeTest(open, "a key is one effect for ever: posted again, it is left as it is", async ({ store }) => {
    await store.outbox.post([saying("a", "k"), saying("a", "k")]);
    await store.outbox.post([saying("a", "k", { message: { kind: "text", markdown: "other" } })]);
    const taken = await claimIn(store, "a");
    expect(taken?.message).toEqual({ kind: "text", markdown: "says k" });
    expect(await store.outbox.find("k")).toEqual({ state: "sending" });
    await store.outbox.settle("k", "d", SENT);
    await store.outbox.post([saying("a", "k")]);
    expect(await store.outbox.ready(10)).toEqual([]);
    expect(await store.outbox.find("k")).toEqual({ state: "sent", ref: SENT.ref });
  });

  storeTest(open, "a delivery comes out as it went in", async ({ store, clock }) => {
    const delivery = saying("a", "k", {
      session: sessionOf("a"),
      turn: "t",
      replaces: refOf("a", "p"),
      message: { kind: "text", markdown: "**hi**", silent: true, replyTo: "9" },
    });
    await store.outbox.post([delivery]);
    expect(await claimIn(store, "a")).toEqual({
      ...delivery,
      attempt: 1,
      firstAttemptAtMs: clock.now(),
      known: UNTOUCHED,
    });
  });

  storeTest(
    open,
    "in a chat a later message never overtakes an earlier one, not even one that has to wait",
    async ({ store, clock }) => {
      await store.outbox.post([saying("a", "1"), saying("a", "2"), saying("b", "3")]);
      const first = await claimIn(store, "a");
      expect(first?.key).toBe("1");
      expect(await claimIn(store, "a")).toBeUndefined();
      await store.outbox.settle("1", "d", { state: "retry", afterMs: 5000, known: UNTOUCHED });
      expect((await store.outbox.ready(10)).map(({ to }) => to.chat)).toEqual(["b"]);
      await store.outbox.post([saying("a", "4")]);
      clock.jump(4999);
      expect(await claimIn(store, "a")).toBeUndefined();
      clock.jump(1);
      expect(await deliverAll(store)).toEqual(["3", "1", "2", "4"]);
    },
  );

  storeTest(open, "threads of a chat are lines of their own, and so are accounts", async ({ store }) => {
    const thread = { ...placeOf("a"), scope: "thread" as const, thread: "7" };
    const work = { ...placeOf("a"), account: "work" };
    await store.outbox.post([
      saying("a", "1"),
      saying("a", "2", { to: thread }),
      saying("a", "3", { to: work }),
    ]);
    const ready = await store.outbox.ready(10);
    expect(ready.map(({ to }) => to)).toEqual([placeOf("a"), thread, work]);
    expect(new Set(ready.map(({ chat }) => chat)).size).toBe(3);
  });

  storeTest(
    open,
    "chats are named longest due first, and no more than asked for",
    async ({ store, clock }) => {
      for (const chat of ["c", "a", "b"]) {
        await store.outbox.post([saying(chat, `${chat}1`), saying(chat, `${chat}2`)]);
        clock.jump(10);
      }
      const names = async () => (await store.outbox.ready(2)).map(({ to }) => to.chat);
      expect(await names()).toEqual(["c", "a"]);
      const taken = await claimIn(store, "c");
      await store.outbox.settle(taken!.key, "d", SENT);
      // Its next message came long ago, but stood first in its line only now.
      expect(await names()).toEqual(["a", "b"]);
    },
  );

  storeTest(
    open,
    "a lease that runs out leaves a doubt, and the late holder settles nothing",
    async ({ store, clock }) => {
      await store.outbox.post([saying("a", "k")]);
      const first = await claimIn(store, "a", "zombie");
      expect(first?.known.maybeSent).toBe(false);
      const firstAt = clock.now();
      clock.jump(LEASE_MS - 1);
      expect(await store.outbox.extend("k", "zombie", LEASE_MS)).toBe(true);
      clock.jump(LEASE_MS - 1);
      expect(await claimIn(store, "a", "d")).toBeUndefined();
      clock.jump(1);
      const second = await claimIn(store, "a", "d");
      expect(second).toMatchObject({ attempt: 2, firstAttemptAtMs: firstAt });
      expect(second?.known).toEqual({ ...UNTOUCHED, maybeSent: true });
      expect(await store.outbox.extend("k", "zombie", LEASE_MS)).toBe(false);
      expect(await store.outbox.settle("k", "zombie", SENT)).toBe(false);
      expect(await store.outbox.settle("k", "d", { state: "dead", error: "no" })).toBe(true);
      expect(await store.outbox.settle("k", "d", SENT)).toBe(false);
      expect(await store.outbox.find("k")).toEqual({ state: "dead", error: "no" });
    },
  );

  storeTest(open, "what was being sent before a restart may have been sent", async (under) => {
    await under.store.outbox.post([saying("a", "1"), saying("b", "2"), saying("a", "3")]);
    await claimIn(under.store, "a");
    await under.reopen();
    under.clock.jump(LEASE_MS);
    const one = await claimIn(under.store, "a");
    const two = await claimIn(under.store, "b");
    expect([one?.key, one?.known.maybeSent, one?.attempt]).toEqual(["1", true, 2]);
    expect([two?.key, two?.known.maybeSent, two?.attempt]).toEqual(["2", false, 1]);
    expect(await under.store.outbox.settle("1", "d", SENT)).toBe(true);
    expect((await claimIn(under.store, "a"))?.key).toBe("3");
  });

  storeTest(open, "what an attempt found out is known to the next one", async ({ store, clock }) => {
    await store.outbox.post([saying("a", "k")]);
    const known = { maybeSent: false, plain: true, previewGone: true };
    await claimIn(store, "a");
    await store.outbox.settle("k", "d", { state: "retry", afterMs: 0, known });
    const second = await claimIn(store, "a");
    expect([second?.attempt, second?.known]).toEqual([2, known]);
    await store.outbox.settle("k", "d", {
      state: "retry",
      afterMs: 1000,
      known: { ...known, maybeSent: true },
    });
    clock.jump(1000);
    expect((await claimIn(store, "a"))?.known).toEqual({ ...known, maybeSent: true });
  });

  storeTest(open, "a dead delivery gives way to the next one", async ({ store }) => {
    await store.outbox.post([saying("a", "1"), saying("a", "2")]);
    await claimIn(store, "a");
    await store.outbox.settle("1", "d", { state: "dead", error: "gone" });
    expect(await deliverAll(store)).toEqual(["2"]);
    expect(await store.outbox.find("1")).toEqual({ state: "dead", error: "gone" });
    expect(await store.outbox.find("never posted")).toBeUndefined();
  });

  storeTest(open, "the next due time is that of the line that is first", async ({ store, clock }) => {
    expect(await store.outbox.nextDueAtMs()).toBeUndefined();
    await store.outbox.post([saying("a", "1"), saying("a", "2")]);
    const posted = clock.now();
    clock.jump(5);
    expect(await store.outbox.nextDueAtMs()).toBe(posted);
    await claimIn(store, "a");
    await store.outbox.settle("1", "d", { state: "retry", afterMs: 700, known: UNTOUCHED });
    expect(await store.outbox.nextDueAtMs()).toBe(clock.now() + 700);
    clock.jump(700);
    await deliverAll(store);
    expect(await store.outbox.nextDueAtMs()).toBeUndefined();
  });

  storeTest(
    open,
    "what tools said in a turn is known, in order, and nobody else's words",
    async ({ store }) => {
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w", CLAIM);
      const key = (call: string) => `${turn!.id}/tool/${call}`;
      await store.outbox.post([
        saying("a", key("z")),
        saying("a", key("a")),
        saying("b", key("dead")),
        saying("a", `${turn!.id}/0`),
        saying("a", `${turn!.id}0/tool/x`),
        saying("a", `x/tool/1`),
        saying("a", key("w"), { message: { kind: "withdrawal" }, replaces: refOf("a", "p") }),
      ]);
      await claimIn(store, "b");
      await store.outbox.settle(key("dead"), "d", { state: "dead", error: "no such chat" });
      expect(await store.outbox.saidByTools(turn!.id)).toEqual([
        {
          key: key("z"),
          to: placeOf("a"),
          message: { kind: "text", markdown: `says ${key("z")}` },
        },
        {
          key: key("a"),
          to: placeOf("a"),
          message: { kind: "text", markdown: `says ${key("a")}` },
        },
      ]);
    },
  );

  storeTest(
    open,
    "what went out of an answer so far is known, in order, by the agent's own words",
    async ({ store }) => {
      await enqueue(store, "a", "m");
      const turn = await store.turns.claim("w", CLAIM);
      const key = (block: string) => `${turn!.id}/block/${block}`;
      await store.outbox.post([
        saying("a", key("Z9/0"), { words: "first" }),
        saying("a", key("Z9/0/1")),
        saying("a", key("A1/0"), { words: "second" }),
        saying("b", key("dead"), { words: "never seen" }),
        saying("a", `${turn!.id}/0`, { words: "no block" }),
      ]);
      await claimIn(store, "b");
      await store.outbox.settle(key("dead"), "d", { state: "dead", error: "no such chat" });
      expect(await store.outbox.saidInBlocks(turn!.id)).toEqual(["first", "second"]);
    },
  );

  storeTest(open, "whoever listens hears when something can be sent", async ({ store }) => {
    const heard: string[] = [];
    using _listening = store.onWork((kind) => heard.push(kind));
    await store.outbox.post([]);
    expect(heard).toEqual([]);
    await store.outbox.post([saying("a", "1"), saying("a", "2")]);
    expect(heard.splice(0)).toEqual(["delivery"]);
    await claimIn(store, "a");
    expect(heard).toEqual([]);
    await store.outbox.settle("1", "d", SENT);
    expect(heard.splice(0)).toEqual(["delivery"]);
    await claimIn(store, "a");
    await store.outbox.settle("2", "d", { state: "retry", afterMs: 0, known: UNTOUCHED });
    expect(heard.splice(0)).toEqual(["delivery"]);
    await claimIn(store, "a");
    await store.outbox.settle("2", "d", SENT);
    expect(heard).toEqual([]);
  });

  storeTest(open, "of what is tried again it can be seen why, as long as it lasts", async ({ store }) => {
    const { outbox } = store;
    const why = async () => (await outbox.list("open", 10)).map(({ error }) => error);
    const again = { state: "retry", afterMs: 0, known: UNTOUCHED } as const;
    await outbox.post([saying("a", "1")]);
    expect(await why()).toEqual([undefined]);
    await claimIn(store, "a");
    await outbox.settle("1", "d", { ...again, error: "the network is down" });
    expect(await why()).toEqual(["the network is down"]);
    await claimIn(store, "a");
    await outbox.settle("1", "d", again);
    expect(await why()).toEqual([undefined]);
  });

  storeTest(
    open,
    "what was given up can be seen, tried again in the line of its chat, or forgotten",
    async ({ store }) => {
      const { outbox } = store;
      await outbox.post([saying("a", "1", { session: sessionOf("a") }), saying("a", "2"), saying("b", "3")]);
      await claimIn(store, "a");
      await outbox.settle("1", "d", { state: "dead", error: "the bot was blocked" });
      const [dead] = await outbox.list("dead", 10);
      expect(dead).toMatchObject({ key: "1", to: placeOf("a"), state: "dead", error: "the bot was blocked" });
      expect((await outbox.list("open", 10)).map(({ key, behind }) => [key, behind])).toEqual([
        ["2", 0],
        ["3", 0],
      ]);

      expect(await outbox.revive("2")).toBe(false);
      expect(await outbox.revive("1")).toBe(true);
      expect(await outbox.revive("1")).toBe(false);
      expect(await outbox.list("dead", 10)).toEqual([]);
      expect(await deliverAll(store)).toEqual(["2", "3", "1"]);
      expect((await outbox.read("1"))?.session).toBe(sessionOf("a"));
    },
  );

  storeTest(open, "what waits can be dropped, but not what is on its way", async ({ store }) => {
    const { outbox } = store;
    await outbox.post([saying("a", "1"), saying("a", "2"), saying("b", "3")]);
    await claimIn(store, "b");
    expect(await outbox.drop("3")).toBe(false);
    expect(await outbox.drop("2")).toBe(false);
    expect(await outbox.drop("1")).toBe(true);
    expect((await claimIn(store, "a"))?.key).toBe("2");
    expect((await outbox.list("dead", 10)).map(({ key }) => key)).toEqual(["1"]);
    expect(await outbox.drop("1")).toBe(true);
    expect(await outbox.drop("1")).toBe(false);
    expect(await outbox.list("dead", 10)).toEqual([]);
  });
}
