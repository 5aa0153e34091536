import { expect } from "bun:test";
import {
  CLAIM,
  deliverAll,
  enqueue,
  idsOf,
  inbound,
  joining,
  LEASE_MS,
  queued,
  refOf,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const DONE = { state: "done", replies: [] } as const;

/** What any queue of turns promises. */
export function turnContract(open: OpenStore): void {
  storeTest(
    open,
    "what waits in a session becomes one turn, in order, up to the limit",
    async ({ store }) => {
      for (const id of ["1", "2", "3", "4", "5"]) await enqueue(store, "a", id);
      const turn = await store.turns.claim("w", { leaseMs: LEASE_MS, mergeLimit: 3 });
      expect(turn).toMatchObject({ session: sessionOf("a"), attempt: 1, previews: [] });
      expect(turn && "prompted" in turn).toBe(false);
      expect(idsOf(turn)).toEqual(["1", "2", "3"]);
      expect([await store.turns.depth(), await store.turns.depth(sessionOf("a"))]).toEqual([2, 2]);
      await store.turns.finish(turn!.id, "w", DONE);
      expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["4", "5"]);
    },
  );

  storeTest(open, "a session never runs two turns", async ({ store }) => {
    await enqueue(store, "a", "1");
    const first = await store.turns.claim("w1", CLAIM);
    await enqueue(store, "a", "2");
    expect(await store.turns.claim("w2", CLAIM)).toBeUndefined();
    await store.turns.release(first!.id, "w1", { afterMs: 5000, countAttempt: true });
    expect(await store.turns.claim("w2", CLAIM)).toBeUndefined();
  });

  storeTest(
    open,
    "messages settled in another order are still taken as they came",
    async ({ store, clock }) => {
      const ids: string[] = [];
      for (const id of ["1", "2", "3"]) {
        ids.push((await store.inbox.record(inbound("a", id))).id);
        clock.jump(1);
      }
      for (const at of [2, 0, 1]) {
        await store.inbox.settle(ids[at]!, queued(inbound("a", String(at + 1))));
      }
      expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1", "2", "3"]);
    },
  );

  storeTest(open, "a message that admission kept for long still has its place in line", async ({ store }) => {
    const held = await store.inbox.record(inbound("a", "1"));
    await enqueue(store, "b", "1");
    await enqueue(store, "a", "2");
    await store.inbox.settle(held.id, queued(inbound("a", "1")));
    expect(await store.turns.claim("w", CLAIM)).toMatchObject({ session: sessionOf("a") });
  });

  storeTest(
    open,
    "a message that admission kept for long gets its session no second turn before the others",
    async ({ store, clock }) => {
      const held = await store.inbox.record(inbound("a", "1"));
      for (const id of ["2", "3"]) await enqueue(store, "a", id);
      clock.jump(1);
      await enqueue(store, "b", "1");
      const turn = await store.turns.claim("w", { ...CLAIM, mergeLimit: 1 });
      expect(idsOf(turn)).toEqual(["2"]);
      clock.jump(1);
      await store.turns.finish(turn!.id, "w", DONE);
      await store.inbox.settle(held.id, queued(inbound("a", "1")));
      expect(await store.turns.claim("w", CLAIM)).toMatchObject({ session: sessionOf("b") });
    },
  );

  storeTest(
    open,
    "the session whose oldest message has waited longest is next, whatever its priority",
    async ({ store, clock }) => {
      for (const [chat, priority] of [
        ["a", 1],
        ["b", 9],
        ["c", 5],
      ] as const) {
        await enqueue(store, chat, "1", priority);
        clock.jump(1);
      }
      await enqueue(store, "a", "2", 9);
      const order: string[] = [];
      for (let i = 0; i < 3; i++) order.push(String((await store.turns.claim(`w${i}`, CLAIM))?.session));
      expect(order).toEqual(["a", "b", "c"].map(sessionOf));
    },
  );

  storeTest(
    open,
    "among sessions that began to wait in the same millisecond, the higher priority is next",
    async ({ store }) => {
      for (const [chat, priority] of [
        ["a", 1],
        ["b", 9],
        ["c", 9],
        ["d", 5],
      ] as const) {
        await enqueue(store, chat, "1", priority);
      }
      const order: string[] = [];
      for (let i = 0; i < 4; i++) order.push(String((await store.turns.claim(`w${i}`, CLAIM))?.session));
      expect(order).toEqual(["b", "c", "d", "a"].map(sessionOf));
    },
  );

  storeTest(open, "a session with much to say takes turns with the others", async ({ store, clock }) => {
    for (let i = 0; i < 5; i++) await enqueue(store, "chatty", `c${i}`);
    clock.jump(1);
    await enqueue(store, "quiet", "q");
    const order: string[] = [];
    for (let i = 0; i < 4; i++) {
      const turn = await store.turns.claim("w", { leaseMs: LEASE_MS, mergeLimit: 1 });
      order.push(...idsOf(turn)!);
      clock.jump(10);
      await store.turns.finish(turn!.id, "w", DONE);
    }
    expect(order).toEqual(["c0", "q", "c1", "c2"]);
  });

  storeTest(open, "many sessions are served in the order they began to wait", async ({ store, clock }) => {
    const chats = Array.from({ length: 40 }, (_, i) => `chat${i}`);
    for (const chat of chats) {
      await enqueue(store, chat, "1");
      clock.jump(1);
    }
    const order: string[] = [];
    for (let i = 0; i < chats.length + 1; i++) {
      const turn = await store.turns.claim("w", CLAIM);
      if (!turn) break;
      order.push(turn.session);
      await store.turns.finish(turn.id, "w", DONE);
    }
    expect(order).toEqual(chats.map(sessionOf));
  });

  storeTest(
    open,
    "a turn whose holder is silent is taken by another, and the first can write nothing more",
    async ({ store, clock }) => {
      const inbox = await enqueue(store, "a", "1");
      const turn = await store.turns.claim("zombie", CLAIM);
      const later = await enqueue(store, "a", "2");
      clock.jump(LEASE_MS - 1);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      clock.jump(1);
      const again = await store.turns.claim("w", CLAIM);
      expect(again).toMatchObject({ id: turn!.id, attempt: 2 });
      expect(idsOf(again)).toEqual(["1"]);

      const { turns, outbox } = store;
      expect(await turns.extend(turn!.id, "zombie", LEASE_MS)).toBe(false);
      expect(await turns.notePrompt(turn!.id, "zombie", { text: "stale" })).toBe(false);
      expect(await turns.attach(turn!.id, "zombie", joining(inbox, later))).toBeUndefined();
      await turns.release(turn!.id, "zombie", { afterMs: 0, countAttempt: true });
      const reply = { state: "done", replies: [saying("a", `${turn!.id}/0`)] } as const;
      expect(await turns.finish(turn!.id, "zombie", reply)).toBe(false);
      expect(await outbox.find(`${turn!.id}/0`)).toBeUndefined();
      expect(await outbox.ready(10)).toEqual([]);
      expect(await turns.claim("other", CLAIM)).toBeUndefined();

      expect(await turns.finish(turn!.id, "w", reply)).toBe(true);
      expect(await turns.finish(turn!.id, "w", reply)).toBe(false);
      expect(await turns.extend(turn!.id, "w", LEASE_MS)).toBe(false);
      expect(await deliverAll(store)).toEqual([`${turn!.id}/0`]);
      expect(idsOf(await turns.claim("w", CLAIM))).toEqual(["2"]);
    },
  );

  storeTest(open, "a lease that is kept alive is not lost", async ({ store, clock }) => {
    await enqueue(store, "a", "1");
    const turn = await store.turns.claim("w1", CLAIM);
    for (let i = 0; i < 5; i++) {
      clock.jump(LEASE_MS - 1);
      expect(await store.turns.extend(turn!.id, "w1", LEASE_MS)).toBe(true);
    }
    clock.jump(LEASE_MS - 1);
    expect(await store.turns.claim("w2", CLAIM)).toBeUndefined();
    expect(await store.turns.finish(turn!.id, "w1", DONE)).toBe(true);
  });

  storeTest(
    open,
    "a released turn comes back when it is due, before new ones, and counts its attempt or not",
    async ({ store, clock }) => {
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w", CLAIM);
      await store.turns.release(turn!.id, "w", { afterMs: 5000, countAttempt: false });
      expect(await store.turns.nextDueAtMs()).toBe(clock.now() + 5000);
      clock.jump(4999);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      await enqueue(store, "b", "1");
      clock.jump(1);
      const second = await store.turns.claim("w", CLAIM);
      expect(second).toMatchObject({ id: turn!.id, attempt: 1 });
      await store.turns.release(turn!.id, "w", { afterMs: 0, countAttempt: true });
      expect(await store.turns.claim("w", CLAIM)).toMatchObject({ id: turn!.id, attempt: 2 });
      expect(await store.turns.claim("w", CLAIM)).toMatchObject({ session: sessionOf("b"), attempt: 1 });
    },
  );

  storeTest(open, "nothing falls due when nothing is unfinished", async ({ store, clock }) => {
    expect(await store.turns.nextDueAtMs()).toBeUndefined();
    await enqueue(store, "a", "1");
    expect(await store.turns.nextDueAtMs()).toBeUndefined();
    const turn = await store.turns.claim("w", CLAIM);
    expect(await store.turns.nextDueAtMs()).toBe(clock.now() + LEASE_MS);
    await store.turns.finish(turn!.id, "w", DONE);
    expect(await store.turns.nextDueAtMs()).toBeUndefined();
  });

  storeTest(
    open,
    "after a restart what ran is taken again, with what the first attempt left",
    async (under) => {
      await enqueue(under.store, "a", "1");
      const turn = await under.store.turns.claim("dead", CLAIM);
      const prompt = { text: "asked", position: "entry-7" };
      expect(await under.store.turns.notePrompt(turn!.id, "dead", prompt)).toBe(true);
      await under.store.outbox.notePreview(turn!.id, 0, refOf("a", "p0"));
      await under.store.outbox.notePreview(turn!.id, 1, refOf("a", "p1"));
      await under.store.outbox.notePreview(turn!.id, 0, refOf("a", "p0-again"));
      await under.reopen();
      under.clock.jump(LEASE_MS);
      expect(await under.store.turns.claim("w", CLAIM)).toEqual({
        id: turn!.id,
        session: sessionOf("a"),
        messages: turn!.messages,
        attempt: 2,
        prompted: prompt,
        previews: [refOf("a", "p0-again"), refOf("a", "p1")],
        collapsed: 0,
        steered: [],
      });
      expect(await under.store.turns.finish(turn!.id, "dead", DONE)).toBe(false);
    },
  );

  storeTest(
    open,
    "a prompt without a position, and a page without a preview, are no trouble",
    async (under) => {
      await enqueue(under.store, "a", "1");
      const turn = await under.store.turns.claim("w", CLAIM);
      await under.store.turns.notePrompt(turn!.id, "w", { text: "asked" });
      await under.store.outbox.notePreview(turn!.id, 2, refOf("a", "p2"));
      await under.store.turns.release(turn!.id, "w", { afterMs: 0, countAttempt: true });
      const again = await under.store.turns.claim("w", CLAIM);
      expect(again?.prompted).toEqual({ text: "asked" });
      expect(again?.previews).toEqual([refOf("a", "p2")]);
      await under.store.outbox.notePreview("nonsense!", 0, refOf("a", "p"));
    },
  );

  storeTest(
    open,
    "messages attached to a running turn belong to it, also after a crash",
    async ({ store, clock }) => {
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w1", CLAIM);
      const two = await enqueue(store, "a", "2");
      const three = await enqueue(store, "a", "3");
      const foreign = await enqueue(store, "b", "1");
      expect(await store.turns.attach(turn!.id, "w1", joining(two, foreign, "nonsense!"))).toEqual([two]);
      expect(await store.turns.attach(turn!.id, "w1", joining(two))).toEqual([]);
      expect([await store.turns.depth(sessionOf("a")), await store.turns.depth()]).toEqual([1, 2]);
      clock.jump(LEASE_MS);
      const again = await store.turns.claim("w2", CLAIM);
      expect(idsOf(again)).toEqual(["1", "2"]);
      await store.turns.finish(again!.id, "w2", DONE);
      const rest = [await store.turns.claim("w3", CLAIM), await store.turns.claim("w4", CLAIM)];
      expect(rest.map(idsOf)).toEqual([["1"], ["3"]]);
      expect(await store.turns.attach(rest[1]!.id, "w4", joining(three))).toEqual([]);
      expect(await store.turns.depth()).toBe(0);
    },
  );

  storeTest(
    open,
    "a cleared session has nothing waiting, its running turn goes on, and later messages are heard",
    async ({ store }) => {
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w", CLAIM);
      const two = await enqueue(store, "a", "2");
      const three = await enqueue(store, "a", "3");
      await enqueue(store, "b", "1");
      const cleared = await store.turns.clear(sessionOf("a"));
      expect(cleared.map(({ id, message }) => [id, message.id])).toEqual([
        [two, "2"],
        [three, "3"],
      ]);
      expect([await store.turns.depth(sessionOf("a")), await store.turns.depth()]).toEqual([0, 1]);
      expect(await store.turns.clear(sessionOf("a"))).toEqual([]);
      await enqueue(store, "a", "4");
      expect(await store.turns.finish(turn!.id, "w", DONE)).toBe(true);
      const rest = [await store.turns.claim("w", CLAIM), await store.turns.claim("w", CLAIM)];
      expect(rest.map(idsOf)).toEqual([["1"], ["4"]]);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
    },
  );

  storeTest(open, "whoever's message is cleared reads why, in the same step", async ({ store }) => {
    for (const id of ["1", "2"]) await enqueue(store, "a", id);
    const cleared = await store.turns.clear(sessionOf("a"), ({ id }) => saying("a", `${id}/notice`));
    expect(await deliverAll(store)).toEqual(cleared.map(({ id }) => `${id}/notice`));
  });

  storeTest(
    open,
    "a turn is unfinished until it ends, also while it waits for another try",
    async (under) => {
      const { store, clock } = under;
      const unfinished = () => store.turns.unfinished(sessionOf("a"));
      await enqueue(store, "a", "1");
      expect(await unfinished()).toBeUndefined();
      const turn = await store.turns.claim("w", CLAIM);
      expect(await unfinished()).toBe(turn!.id);
      await store.turns.release(turn!.id, "w", { afterMs: 1000, countAttempt: true });
      expect(await unfinished()).toBe(turn!.id);
      clock.jump(1000);
      const again = await store.turns.claim("w", CLAIM);
      await store.turns.finish(again!.id, "w", DONE);
      expect(await unfinished()).toBeUndefined();
    },
  );

  storeTest(open, "an idle session can be cleared too, and depth survives a restart", async (under) => {
    await enqueue(under.store, "a", "1");
    await enqueue(under.store, "b", "1");
    await enqueue(under.store, "b", "2");
    expect((await under.store.turns.clear(sessionOf("a"))).length).toBe(1);
    await under.reopen();
    expect(await under.store.turns.depth()).toBe(2);
    expect(await under.store.turns.depth(sessionOf("b"))).toBe(2);
    expect(await under.store.turns.depth(sessionOf("a"))).toBe(0);
    await enqueue(under.store, "a", "2");
    expect([
      idsOf(await under.store.turns.claim("w1", CLAIM)),
      idsOf(await under.store.turns.claim("w2", CLAIM)),
    ]).toEqual([["1", "2"], ["2"]]);
  });

  storeTest(open, "a turn ends and its replies are posted in one step, each once", async ({ store }) => {
    await enqueue(store, "a", "1");
    const turn = await store.turns.claim("w", CLAIM);
    await store.outbox.post([saying("a", `${turn!.id}/0`)]);
    const replies = [saying("a", `${turn!.id}/0`), saying("a", `${turn!.id}/1`)];
    expect(await store.turns.finish(turn!.id, "w", { state: "failed", replies, error: "why" })).toBe(true);
    expect(await deliverAll(store)).toEqual([`${turn!.id}/0`, `${turn!.id}/1`]);
    expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
  });

  storeTest(open, "whoever listens hears when a turn can be taken again", async ({ store }) => {
    for (const id of ["1", "2"]) await enqueue(store, "a", id);
    const heard: string[] = [];
    using _listening = store.onWork((kind) => heard.push(kind));
    const turn = await store.turns.claim("w", { leaseMs: LEASE_MS, mergeLimit: 1 });
    await store.turns.extend(turn!.id, "w", LEASE_MS);
    expect(heard).toEqual([]);
    await store.turns.release(turn!.id, "w", { afterMs: 0, countAttempt: true });
    expect(heard.splice(0)).toEqual(["turn"]);
    await store.turns.release(turn!.id, "w", { afterMs: 0, countAttempt: true });
    expect(heard).toEqual([]);
    const again = await store.turns.claim("w", CLAIM);
    const replies = [saying("a", "r")];
    await store.turns.finish(again!.id, "w", { state: "done", replies });
    expect(heard.splice(0).toSorted()).toEqual(["delivery", "turn"]);
    const last = await store.turns.claim("w", CLAIM);
    await store.turns.finish(last!.id, "w", DONE);
    expect(heard).toEqual([]);
  });
}
