import { expect } from "bun:test";
import type { InboundMessage } from "../../src/core/message.ts";
import type { QueueRoom, Store } from "../../src/core/store.ts";
import {
  CLAIM,
  enqueue,
  idsOf,
  inbound,
  LEASE_MS,
  placeOf,
  queued,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const A = sessionOf("a");
const DONE = { state: "done", replies: [] } as const;
const WAIT_MS = 1000;

const piece = (id: string, of = "album"): InboundMessage =>
  inbound("a", id, { part: { of, waitMs: WAIT_MS } });

async function come(store: Store, message: InboundMessage, more: Parameters<typeof queued>[2] = {}) {
  const { id } = await store.inbox.record(message);
  return store.inbox.settle(id, queued(message, 5, more));
}

/** What any engine promises about messages that come in pieces. */
export function pieceContract(open: OpenStore): void {
  storeTest(
    open,
    "a turn waits for the pieces of a message, also where nothing runs",
    async ({ store, clock }) => {
      await come(store, piece("1"));
      clock.jump(WAIT_MS - 1);
      await come(store, piece("2"));
      clock.jump(WAIT_MS - 1);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() + 1);
      clock.jump(1);
      expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1", "2"]);
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() + LEASE_MS);
    },
  );

  storeTest(open, "a piece that says it is the last ends the wait", async ({ store }) => {
    await come(store, piece("1"));
    await come(store, inbound("a", "2", { part: { of: "album", waitMs: 0 } }));
    expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1", "2"]);
  });

  storeTest(
    open,
    "other sessions, and later turns of the same one, wait for nothing",
    async ({ store, clock }) => {
      await come(store, piece("1"));
      await enqueue(store, "b", "1");
      expect(await store.turns.claim("w", CLAIM)).toMatchObject({ session: sessionOf("b") });
      clock.jump(WAIT_MS);
      const turn = await store.turns.claim("w2", CLAIM);
      await store.turns.finish(turn!.id, "w2", DONE);
      await enqueue(store, "a", "2");
      expect(idsOf(await store.turns.claim("w2", CLAIM))).toEqual(["2"]);
    },
  );

  storeTest(open, "the wait ends after 7.5 s, and with the twelfth piece", async ({ store, clock }) => {
    for (let n = 0; n < 11; n++, clock.jump(700)) await come(store, piece(`${n}`));
    expect(clock.now()).toBeGreaterThan(7500);
    expect(idsOf(await store.turns.claim("w", CLAIM))).toHaveLength(11);
    for (let n = 0; n < 12; n++) await come(store, { ...piece(`b${n}`, "b"), address: placeOf("a") });
    const [turn] = [await store.turns.unfinished(A)];
    await store.turns.finish(turn!, "w", DONE);
    expect(idsOf(await store.turns.claim("w", CLAIM))).toHaveLength(12);
  });

  storeTest(
    open,
    "while a turn runs pieces wait behind it, and no longer than they would",
    async ({ store, clock }) => {
      await enqueue(store, "a", "0");
      const turn = await store.turns.claim("w", CLAIM);
      await come(store, piece("1"));
      await store.turns.finish(turn!.id, "w", DONE);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      await come(store, piece("2"));
      clock.jump(WAIT_MS);
      expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1", "2"]);
    },
  );

  storeTest(open, "after a restart nobody is waited for any longer", async (under) => {
    await come(under.store, piece("1"));
    await under.reopen();
    expect(idsOf(await under.store.turns.claim("w", CLAIM))).toEqual(["1"]);
  });

  storeTest(open, "pieces are one message to every limit, and never parted", async ({ store, clock }) => {
    for (const id of ["1", "2", "3"]) await come(store, piece(id), { mergeKey: "x" });
    await enqueue(store, "a", "between", 5, { mergeKey: "y" });
    await come(store, piece("4"), { mergeKey: "x" });
    await enqueue(store, "a", "after", 5, { mergeKey: "y" });
    clock.jump(WAIT_MS);
    const one = { leaseMs: LEASE_MS, mergeLimit: 1 };
    const turn = await store.turns.claim("w", one);
    expect(idsOf(turn)).toEqual(["1", "2", "3", "4"]);
    expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([2, 2]);
    await store.turns.finish(turn!.id, "w", DONE);
    expect(idsOf(await store.turns.claim("w", one))).toEqual(["between"]);
  });

  storeTest(open, "what is taken away to make room is a whole message", async ({ store }) => {
    const room = (drop: QueueRoom["drop"]): QueueRoom => ({
      keep: 1,
      drop,
      among: "session",
      tell: ({ id }) => saying("a", `${id}/notice`),
    });
    expect(await come(store, piece("1"), { room: room("old") })).toEqual([]);
    expect(await come(store, piece("2"), { room: room("old") })).toEqual([]);
    const dropped = await come(store, inbound("a", "3"), { room: room("old") });
    expect(dropped.map(({ message }) => message.id)).toEqual(["1", "2"]);
    await come(store, piece("4", "other"), { room: room("summarize") });
    await come(store, piece("5", "other"), { room: room("summarize") });
    expect((await store.turns.waiting(A, 9)).map(({ message }) => message.id)).toEqual(["3", "4", "5"]);
  });

  storeTest(open, "the other pieces of a message are known, and how far each got", async ({ store }) => {
    const { id } = await store.inbox.record(piece("1"));
    await store.inbox.settle(id, { fate: "overheard", line: "U: one" });
    await come(store, piece("2"));
    await store.inbox.record(piece("3"));
    await store.inbox.record(piece("elsewhere", "another"));
    const states = async (of: string) =>
      (await store.inbox.pieces(piece(of))).map(({ message, state }) => `${message.id} ${state}`);
    expect(await states("3")).toEqual(["1 overheard", "2 waiting"]);
    expect(await states("1")).toEqual(["2 waiting", "3 unsettled"]);
    expect(await store.inbox.pieces(inbound("a", "4"))).toEqual([]);
  });

  storeTest(
    open,
    "pieces that were overheard wait with the one that was for the agent",
    async ({ store, clock }) => {
      const { id } = await store.inbox.record(piece("1"));
      await store.inbox.settle(id, { fate: "overheard", line: "U: one" });
      await come(store, piece("2"), { earlier: [{ id, message: piece("1") }] });
      expect(await store.chats.unread(placeOf("a"), A, 9)).toEqual([]);
      expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([2, 2]);
      clock.jump(WAIT_MS);
      expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1", "2"]);
      expect(await store.inbox.find({ address: placeOf("a"), id: "1" })).toMatchObject({ state: "taken" });
    },
  );
}
