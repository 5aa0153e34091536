import { expect } from "bun:test";
import type { HistoryRow, Store } from "../../src/core/store.ts";
import {
  CLAIM,
  deliverAll,
  enqueue,
  inbound,
  placeOf,
  queued,
  refOf,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const A = sessionOf("a");

/** A whole turn: what waits in the session is answered with `reply`. */
async function answer(store: Store, reply: string, state: "done" | "failed" | "cancelled" = "done") {
  const turn = await store.turns.claim("w", CLAIM);
  const replies = [
    saying("a", `${turn!.id}/0`, {
      session: A,
      turn: turn!.id,
      message: { kind: "text", markdown: reply },
    }),
  ];
  await store.turns.finish(turn!.id, "w", { state, replies });
  return turn!.id;
}

const shown = (rows: readonly HistoryRow[]) =>
  rows.map(({ role, text, state }) => `${role}: ${text} (${state})`);

async function newest(store: Store, limit = 100) {
  return shown((await store.history(A, { limit })).rows);
}

/** Every row, read page by page from the newest. */
async function paged(store: Store, limit: number): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  let before: string | undefined;
  do {
    const page = await store.history(A, { limit, ...(before === undefined ? {} : { before }) });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.unshift(...page.rows);
    before = page.cursor;
  } while (before !== undefined);
  return rows;
}

/** What any history promises. */
export function historyContract(open: OpenStore): void {
  storeTest(open, "a conversation reads as it went, each message with how far it got", async ({ store }) => {
    await enqueue(store, "a", "1");
    await answer(store, "first");
    await enqueue(store, "a", "2");
    await answer(store, "sorry", "failed");
    await enqueue(store, "a", "3");
    const turn = await store.turns.claim("w", CLAIM);
    await store.outbox.post([saying("a", "block", { session: A, turn: turn!.id })]);
    await enqueue(store, "a", "4");
    await enqueue(store, "b", "of another session");
    expect(await newest(store)).toEqual([
      "user: text of 1 (done)",
      "assistant: first (done)",
      "user: text of 2 (failed)",
      "assistant: sorry (failed)",
      "user: text of 3 (running)",
      "assistant: says block (running)",
      "user: text of 4 (waiting)",
    ]);
    await store.turns.release(turn!.id, "w", { afterMs: 100, countAttempt: true });
    expect((await newest(store)).slice(4, 5)).toEqual(["user: text of 3 (waiting)"]);
    await store.turns.clear(A);
    expect((await newest(store)).at(-1)).toBe("user: text of 4 (cancelled)");
  });

  storeTest(open, "a row has its id, its time, and the names of its files", async ({ store, clock }) => {
    const message = inbound("a", "1", {
      attachments: [
        { kind: "photo", mimeType: "image/png", name: "cat.png", source: "s" },
        { kind: "audio", mimeType: "audio/ogg", source: "s" },
      ],
    });
    const { id } = await store.inbox.record(message);
    const atMs = clock.now();
    clock.jump(50);
    await store.inbox.settle(id, queued(message));
    const turn = await answer(store, "nice");
    expect((await store.history(A, { limit: 9 })).rows).toEqual([
      {
        id: "1",
        role: "user",
        text: "text of 1",
        atMs,
        state: "done",
        turn,
        attachments: [
          { name: "cat.png", mimeType: "image/png" },
          { name: "audio", mimeType: "audio/ogg" },
        ],
      },
      { id: `${turn}/0`, role: "assistant", text: "nice", atMs: clock.now(), state: "done" },
    ]);
  });

  storeTest(open, "history shows the message as it was typed, not as hooks changed it", async ({ store }) => {
    const { id } = await store.inbox.record(inbound("a", "1", { text: "typed" }));
    await store.inbox.settle(id, queued(inbound("a", "1", { text: "changed" })));
    expect(await newest(store)).toEqual(["user: typed (waiting)"]);
  });

  storeTest(
    open,
    "commands and messages that found the queue full are shown, refused and blocked ones are not",
    async ({ store }) => {
      for (const fate of ["refused", "blocked", "command", "full"] as const) {
        const { id } = await store.inbox.record(inbound("a", fate));
        await store.inbox.settle(id, { fate, session: A });
      }
      const { id } = await store.inbox.record(inbound("a", "somewhere"));
      await store.inbox.settle(id, { fate: "command" });
      await store.inbox.record(inbound("a", "unsettled"));
      expect(await newest(store)).toEqual(["user: text of command (done)", "user: text of full (failed)"]);
    },
  );

  storeTest(
    open,
    "of what we said, what belongs to the session is shown as soon as it is decided, unless it died",
    async ({ store }) => {
      await store.outbox.post([
        saying("a", "text", { session: A }),
        saying("a", "elsewhere"),
        saying("a", "gone", { session: A, message: { kind: "withdrawal" }, replaces: refOf("a", "p") }),
        saying("a", "photo", { session: A, message: { kind: "media", media: "photo", path: "cat.png" } }),
        saying("dead", "dead", { session: A }),
        saying("a", "last", { session: A }),
      ]);
      const rows = async () => (await store.history(A, { limit: 9 })).rows.map(({ id }) => id);
      expect(await rows()).toEqual(["text", "photo", "dead", "last"]);
      const line = (await store.outbox.ready(9)).find(({ to }) => to.chat === "dead");
      await store.outbox.claim("d", { chat: line!.chat, leaseMs: 1000 });
      expect(await rows()).toEqual(["text", "photo", "dead", "last"]);
      await store.outbox.settle("dead", "d", { state: "dead", error: "no" });
      await deliverAll(store);
      expect(await rows()).toEqual(["text", "photo", "last"]);
    },
  );

  storeTest(
    open,
    "pages of any size hold every row once, in one order, also when more is said meanwhile",
    async ({ store }) => {
      for (let i = 0; i < 7; i++) {
        await enqueue(store, "a", `${i}`);
        if (i % 3 === 0) await store.outbox.post([saying("a", `n${i}`, { session: A })]);
        await answer(store, `answer ${i}`);
      }
      const all = (await store.history(A, { limit: 100 })).rows;
      expect(all.length).toBe(17);
      for (const limit of [1, 2, 3, 5, 16, 17, 18]) expect(await paged(store, limit)).toEqual([...all]);

      const first = await store.history(A, { limit: 4 });
      await enqueue(store, "a", "later");
      const second = await store.history(A, { limit: 4, before: first.cursor! });
      expect([...second.rows, ...first.rows]).toEqual(all.slice(-8));
      expect((await store.history(A, { limit: 4, before: "nonsense!" })).rows).toEqual([]);
      expect(await store.history(sessionOf("nobody"), { limit: 4 })).toEqual({ rows: [] });
    },
  );

  storeTest(open, "a conversation in which only people talk has pages too", async ({ store }) => {
    for (let i = 0; i < 5; i++) await enqueue(store, "a", `${i}`);
    expect((await paged(store, 2)).map(({ id }) => id)).toEqual(["0", "1", "2", "3", "4"]);
    await store.turns.clear(A);
    expect((await paged(store, 5)).length).toBe(5);
  });

  storeTest(
    open,
    "a reply never stands before a message it answers, even when the clock goes back",
    async ({ store, clock }) => {
      for (let i = 0; i < 5; i++) {
        await enqueue(store, "a", `${i}`);
        clock.jump(-10_000);
        await answer(store, `answer ${i}`);
      }
      expect((await newest(store)).map((row) => row.match(/\d/)?.[0]).join("")).toBe("0011223344");
    },
  );

  storeTest(
    open,
    "a session that was removed takes its history with it, and starts empty if it comes back",
    async ({ store, clock }) => {
      const session = {
        key: A,
        agent: "main",
        address: placeOf("a"),
        file: "/f",
        createdAtMs: 1,
        lastActiveAtMs: 1,
        turns: 0,
      };
      await store.sessions.open(session);
      for (let i = 0; i < 5; i++) {
        await enqueue(store, "a", `${i}`);
        await answer(store, `answer ${i}`);
      }
      await deliverAll(store);
      expect(await store.sessions.remove(A)).toBe(true);
      expect(await store.sessions.remove(A)).toBe(false);
      expect(await newest(store)).toEqual([]);
      await enqueue(store, "a", "new");
      expect(await newest(store)).toEqual(["user: text of new (waiting)"]);
      clock.jump(1);
      let rows = 0;
      for (let n = -1; n !== 0; rows += n) n = await store.prune({ finishedBeforeMs: 0 }, 2);
      expect(rows).toBeGreaterThanOrEqual(10);
      expect(await newest(store)).toEqual(["user: text of new (waiting)"]);
      // Its rows are gone: the platform could say it again.
      expect((await store.inbox.record(inbound("a", "0"))).receipt).toBe("recorded");
      expect((await store.inbox.record(inbound("a", "new"))).receipt).toBe("duplicate");
    },
  );
}

/** What any engine promises about what it lets go of. */
export function pruneContract(open: OpenStore): void {
  storeTest(
    open,
    "pruning takes a few rows at a time, and leaves history and what it knows of it",
    async ({ store, clock }) => {
      for (const fate of ["refused", "blocked", "command", "full"] as const) {
        const { id } = await store.inbox.record(inbound("a", fate));
        await store.inbox.settle(id, { fate });
      }
      const { id } = await store.inbox.record(inbound("a", "shown command"));
      await store.inbox.settle(id, { fate: "command", session: A });
      await enqueue(store, "a", "1");
      await answer(store, "answer");
      await deliverAll(store);
      await store.outbox.post([saying("a", "dead", { session: A }), saying("a", "notice")]);
      const [line] = await store.outbox.ready(9);
      await store.outbox.claim("d", { chat: line!.chat, leaseMs: 1000 });
      await store.outbox.settle("dead", "d", { state: "dead", error: "no" });
      await deliverAll(store);
      const stop = { kind: "stop", address: placeOf("a"), by: inbound("a", "x").sender } as const;
      await store.inbox.settleEvent((await store.inbox.recordEvent("e", stop)).id);
      const { id: overheard } = await store.inbox.record(inbound("a", "overheard"));
      await store.inbox.settle(overheard, { fate: "overheard", line: "U: hello" });
      const [heard] = await store.chats.unread(placeOf("a"), A, 9);
      await enqueue(store, "a", "2", 5, { readUpTo: heard!.id });
      await store.turns.clear(A);
      const before = await newest(store);

      expect(await store.prune({ finishedBeforeMs: clock.now() }, 100)).toBe(0);
      clock.jump(1);
      const steps: number[] = [];
      for (let n = -1; n !== 0;) steps.push((n = await store.prune({ finishedBeforeMs: clock.now() }, 2)));
      expect(Math.max(...steps)).toBe(2);
      // 5 messages, 1 turn's attempts, 2 deliveries, 1 event, 1 line of the chat, who has read it.
      expect(steps.reduce((a, b) => a + b)).toBe(11);

      expect(await newest(store)).toEqual(before);
      expect((await store.inbox.record(inbound("a", "1"))).receipt).toBe("duplicate");
      expect((await store.inbox.record(inbound("a", "shown command"))).receipt).toBe("duplicate");
      expect((await store.inbox.record(inbound("a", "refused"))).receipt).toBe("recorded");
      expect(await store.outbox.find("dead")).toBeUndefined();
    },
  );

  storeTest(open, "what no history shows does not outlive history", async ({ store, clock }) => {
    const { id } = await store.inbox.record(inbound("a", "1"));
    await store.inbox.settle(id, { fate: "refused" });
    clock.jump(1);
    expect(await store.prune({ finishedBeforeMs: 0 }, 9)).toBe(0);
    expect(await store.prune({ finishedBeforeMs: 0, historyBeforeMs: clock.now() }, 9)).toBe(1);
  });

  storeTest(open, "nothing that is still open is pruned, however old", async ({ store, clock }) => {
    await store.inbox.record(inbound("a", "unsettled"));
    await store.inbox.recordEvent("e", { kind: "migrated", from: placeOf("a"), to: placeOf("b") });
    await enqueue(store, "a", "running");
    const turn = await store.turns.claim("w", CLAIM);
    await store.turns.notePrompt(turn!.id, "w", { text: "asked" });
    await enqueue(store, "a", "waiting");
    await store.outbox.post([saying("a", "pending"), saying("a", "history", { session: A })]);
    clock.jump(1e9);
    const all = { finishedBeforeMs: clock.now(), historyBeforeMs: clock.now() };
    expect(await store.prune(all, 100)).toBe(0);
    expect((await store.inbox.unsettled()).length).toBe(2);
    expect(await store.turns.claim("w2", CLAIM)).toMatchObject({ prompted: { text: "asked" }, attempt: 2 });
    expect(await store.turns.depth(A)).toBe(1);
    expect(await deliverAll(store)).toEqual(["pending", "history"]);
  });

  storeTest(open, "history goes when it is told to, oldest first, and nothing of it stays", async (under) => {
    const { store, clock } = under;
    for (let i = 0; i < 4; i++) {
      await enqueue(store, "a", `${i}`);
      await answer(store, `answer ${i}`);
      await deliverAll(store);
      clock.jump(1000);
    }
    const horizon = clock.now() - 2000;
    const times = { finishedBeforeMs: 0, historyBeforeMs: horizon };
    for (let n = -1; n !== 0;) n = await store.prune(times, 3);
    expect(await newest(store)).toEqual([
      "user: text of 2 (done)",
      "assistant: answer 2 (done)",
      "user: text of 3 (done)",
      "assistant: answer 3 (done)",
    ]);
    expect((await store.inbox.record(inbound("a", "0"))).receipt).toBe("recorded");
    expect((await store.inbox.record(inbound("a", "2"))).receipt).toBe("duplicate");
    const all = { finishedBeforeMs: 0, historyBeforeMs: clock.now() };
    for (let n = -1; n !== 0;) n = await store.prune(all, 3);
    expect(await newest(store)).toEqual([]);
    await under.reopen();
    await enqueue(under.store, "a", "after");
    expect(await newest(under.store)).toEqual(["user: text of after (waiting)"]);
  });
}
