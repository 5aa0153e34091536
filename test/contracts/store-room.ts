import { expect } from "bun:test";
import type { InboxEntry, QueueRoom, Store } from "../../src/core/store.ts";
import {
  CLAIM,
  deliverAll,
  enqueue,
  idsOf,
  inbound,
  joining,
  LEASE_MS,
  queued,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const A = sessionOf("a");
const DONE = { state: "done", replies: [] } as const;

const room = (keep: number, drop: QueueRoom["drop"], among: QueueRoom["among"] = "session"): QueueRoom => ({
  keep,
  drop,
  among,
  tell: ({ id, message }: InboxEntry) => saying("a", `${id}/notice`, { to: message.address }),
});

const waitingIn = async (store: Store) => (await store.turns.waiting(A, 99)).map(({ message }) => message.id);

/** What any queue of turns promises about who waits with whom, how many, and for how long. */
export function roomContract(open: OpenStore): void {
  storeTest(open, "only messages with the same key become one turn, in order", async ({ store }) => {
    for (const [id, mergeKey] of [
      ["1", "x"],
      ["2", "x"],
      ["3", "y"],
      ["4", "x"],
    ] as const) {
      await enqueue(store, "a", id, 5, { mergeKey });
    }
    const turns: (string[] | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      const turn = await store.turns.claim("w", CLAIM);
      turns.push(idsOf(turn));
      await store.turns.finish(turn!.id, "w", DONE);
    }
    expect(turns).toEqual([["1", "2"], ["3"], ["4"]]);
    expect(await store.turns.depth()).toBe(0);
  });

  storeTest(
    open,
    "where the oldest must go it is cancelled and its sender told, in one step with the new one",
    async ({ store }) => {
      const one = await enqueue(store, "a", "1");
      await enqueue(store, "a", "2");
      const three = await store.inbox.record(inbound("a", "3"));
      const dropped = await store.inbox.settle(
        three.id,
        queued(inbound("a", "3"), 5, { room: room(2, "old") }),
      );
      expect(dropped.map(({ id, message }) => [id, message.id])).toEqual([[one, "1"]]);
      expect(
        await store.inbox.settle(three.id, queued(inbound("a", "3"), 5, { room: room(1, "old") })),
      ).toEqual([]);
      expect(await waitingIn(store)).toEqual(["2", "3"]);
      expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([2, 2]);
      expect(await deliverAll(store)).toEqual([`${one}/notice`]);
      const rows = (await store.history(A, { limit: 9 })).rows.filter(({ role }) => role === "user");
      expect(rows.map(({ state }) => state)).toEqual(["cancelled", "waiting", "waiting"]);
    },
  );

  storeTest(open, "room may count the messages of one key only", async ({ store }) => {
    await enqueue(store, "a", "1", 5, { mergeKey: "x" });
    await enqueue(store, "a", "2", 5, { mergeKey: "y" });
    await enqueue(store, "a", "3", 5, { mergeKey: "x", room: room(1, "old", "key") });
    expect(await waitingIn(store)).toEqual(["2", "3"]);
    await enqueue(store, "a", "4", 5, { mergeKey: "z", room: room(1, "old", "key") });
    expect(await waitingIn(store)).toEqual(["2", "3", "4"]);
  });

  storeTest(
    open,
    "a session that lost its oldest message waits since the next one came",
    async ({ store, clock }) => {
      await enqueue(store, "a", "1");
      clock.jump(10);
      await enqueue(store, "b", "1");
      clock.jump(10);
      await enqueue(store, "a", "2", 5, { room: room(1, "old") });
      expect(await store.turns.claim("w1", CLAIM)).toMatchObject({ session: sessionOf("b") });
      expect(idsOf(await store.turns.claim("w2", CLAIM))).toEqual(["2"]);
    },
  );

  storeTest(
    open,
    "where the oldest are summarized they go on waiting, and their turn has them besides as many in full",
    async (under) => {
      for (const id of ["1", "2", "3", "4", "5"]) {
        await enqueue(under.store, "a", id, 5, { room: room(2, "summarize") });
      }
      expect(await under.store.turns.depth(A)).toBe(5);
      await under.reopen();
      const turn = await under.store.turns.claim("w", { leaseMs: LEASE_MS, mergeLimit: 1 });
      expect(idsOf(turn)).toEqual(["1", "2", "3", "4"]);
      expect(turn?.collapsed).toBe(3);
      expect([await under.store.turns.depth(A), await under.store.turns.depth()]).toEqual([1, 1]);
      under.clock.jump(LEASE_MS);
      expect(await under.store.turns.claim("w2", CLAIM)).toMatchObject({ collapsed: 3 });
      await under.store.turns.finish(turn!.id, "w2", DONE);
      const next = await under.store.turns.claim("w2", CLAIM);
      expect([idsOf(next), next?.collapsed]).toEqual([["5"], 0]);
      // What was counted as lines is counted no more: the same number may wait in full again.
      for (const id of ["6", "7", "8"])
        await enqueue(under.store, "a", id, 5, { room: room(2, "summarize") });
      await under.store.turns.finish(next!.id, "w2", DONE);
      const last = await under.store.turns.claim("w2", CLAIM);
      expect([idsOf(last), last?.collapsed]).toEqual([["6", "7", "8"], 1]);
    },
  );

  storeTest(open, "a line that is cancelled or joins a turn is a line no more", async ({ store }) => {
    const summed = { room: room(1, "summarize") };
    await enqueue(store, "a", "0");
    const turn = await store.turns.claim("w", CLAIM);
    const one = await enqueue(store, "a", "1", 5, summed);
    await enqueue(store, "a", "2", 5, summed);
    await enqueue(store, "a", "3", 5, summed);
    expect(await store.turns.attach(turn!.id, "w", joining(one))).toEqual([one]);
    expect((await store.turns.clear(A)).length).toBe(2);
    await enqueue(store, "a", "4", 5, summed);
    await store.turns.finish(turn!.id, "w", { ...DONE, putBack: [one] });
    const next = await store.turns.claim("w", CLAIM);
    expect([idsOf(next), next?.collapsed]).toEqual([["1", "4"], 0]);
  });

  storeTest(
    open,
    "lines of another key than the first message are left for the next turn",
    async ({ store }) => {
      const summed = (mergeKey: string) => ({ mergeKey, room: room(1, "summarize") });
      await enqueue(store, "a", "1", 5, summed("x"));
      await enqueue(store, "a", "2", 5, summed("y"));
      await enqueue(store, "a", "3", 5, summed("y"));
      const first = await store.turns.claim("w", CLAIM);
      expect([idsOf(first), first?.collapsed]).toEqual([["1"], 1]);
      await store.turns.finish(first!.id, "w", DONE);
      const second = await store.turns.claim("w", CLAIM);
      expect([idsOf(second), second?.collapsed]).toEqual([["2", "3"], 1]);
    },
  );

  storeTest(
    open,
    "behind a running turn messages wait until nobody has written for a while; an idle session never waits",
    async ({ store, clock }) => {
      const quiet = { quietMs: 500 };
      await enqueue(store, "a", "1", 5, quiet);
      await enqueue(store, "a", "2", 5, quiet);
      const turn = await store.turns.claim("w", CLAIM);
      expect(idsOf(turn)).toEqual(["1", "2"]);
      await enqueue(store, "a", "3", 5, quiet);
      clock.jump(100);
      await store.turns.finish(turn!.id, "w", DONE);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() + 400);
      clock.jump(399);
      await enqueue(store, "a", "4", 5, quiet);
      clock.jump(499);
      await enqueue(store, "b", "1", 5, quiet);
      expect(await store.turns.claim("w", CLAIM)).toMatchObject({ session: sessionOf("b") });
      expect(await store.turns.claim("w1", CLAIM)).toBeUndefined();
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() + 1);
      clock.jump(1);
      expect(idsOf(await store.turns.claim("w1", CLAIM))).toEqual(["3", "4"]);
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() - 1 + LEASE_MS);
    },
  );

  storeTest(open, "after a restart nobody is waited for any longer", async (under) => {
    await enqueue(under.store, "a", "1");
    const turn = await under.store.turns.claim("w", CLAIM);
    await enqueue(under.store, "a", "2", 5, { quietMs: 1_000_000 });
    await under.store.turns.finish(turn!.id, "w", DONE);
    expect(await under.store.turns.claim("w", CLAIM)).toBeUndefined();
    await under.reopen();
    expect(idsOf(await under.store.turns.claim("w", CLAIM))).toEqual(["2"]);
  });
}
