import { expect } from "bun:test";
import type { Store, Turn } from "../../src/core/store.ts";
import {
  CLAIM,
  enqueue,
  idsOf,
  joining,
  LEASE_MS,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const A = sessionOf("a");
const DONE = { state: "done", replies: [] } as const;

async function runningTurn(store: Store): Promise<Turn> {
  await enqueue(store, "a", "1");
  const turn = await store.turns.claim("w", CLAIM);
  if (!turn) throw new Error("nothing to claim");
  return turn;
}

const waitingIn = async (store: Store) => (await store.turns.waiting(A, 99)).map(({ message }) => message.id);
const marksOf = (turn: Turn | undefined) =>
  turn?.steered.map(({ id, message, note }) => [id, message.id, note] as const);

/** What any queue of turns promises about messages that join a running turn. */
export function joiningContract(open: OpenStore): void {
  storeTest(open, "what waits in a session can be looked at, oldest first", async ({ store }) => {
    expect(await store.turns.waiting(A, 9)).toEqual([]);
    const ids = [await enqueue(store, "a", "1"), await enqueue(store, "a", "2")];
    await enqueue(store, "b", "3");
    expect((await store.turns.waiting(A, 9)).map(({ id, message }) => [id, message.id])).toEqual([
      [ids[0]!, "1"],
      [ids[1]!, "2"],
    ]);
    expect(await store.turns.waiting(A, 1)).toHaveLength(1);
    await store.turns.claim("w", CLAIM);
    expect(await store.turns.waiting(A, 9)).toEqual([]);
  });

  storeTest(open, "a message that joined keeps its note until the next prompt holds it", async (under) => {
    const turn = await runningTurn(under.store);
    await under.store.turns.notePrompt(turn.id, "w", { text: "one" });
    const [two, three] = [await enqueue(under.store, "a", "2"), await enqueue(under.store, "a", "3")];
    const notes = [
      { id: two, note: { text: "two", position: "e7" } },
      { id: three, note: { text: "three" } },
    ];
    expect(await under.store.turns.attach(turn.id, "w", notes)).toEqual([two, three]);
    await under.reopen();
    under.clock.jump(LEASE_MS);
    const again = await under.store.turns.claim("w2", CLAIM);
    expect(again?.prompted).toEqual({ text: "one" });
    expect(idsOf(again)).toEqual(["1", "2", "3"]);
    expect(marksOf(again)).toEqual([
      [two, "2", { text: "two", position: "e7" }],
      [three, "3", { text: "three" }],
    ]);
    expect(await under.store.turns.notePrompt(turn.id, "w", { text: "stale" })).toBe(false);
    await under.store.turns.notePrompt(turn.id, "w2", { text: "all of it" });
    await under.store.turns.release(turn.id, "w2", { afterMs: 0, countAttempt: true });
    const third = await under.store.turns.claim("w3", CLAIM);
    expect(idsOf(third)).toEqual(["1", "2", "3"]);
    expect(marksOf(third)).toEqual([]);
  });

  storeTest(open, "what was cancelled meanwhile joins nothing", async ({ store }) => {
    const turn = await runningTurn(store);
    const two = await enqueue(store, "a", "2");
    await store.turns.clear(A);
    expect(await store.turns.attach(turn.id, "w", joining(two))).toEqual([]);
    expect(await store.turns.depth()).toBe(0);
  });

  storeTest(
    open,
    "what a turn could not ask waits again at its old place, and is no part of that turn any more",
    async ({ store }) => {
      const turn = await runningTurn(store);
      const two = await enqueue(store, "a", "2");
      const three = await enqueue(store, "a", "3");
      await store.turns.attach(turn.id, "w", joining(two, three));
      await enqueue(store, "a", "4");
      const foreign = await enqueue(store, "b", "1");
      expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([1, 2]);
      const heard: string[] = [];
      using _listening = store.onWork((kind) => heard.push(kind));
      const first = turn.messages.length;
      expect(first).toBe(1);
      const putBack = [three, foreign, "nonsense!"];
      expect(await store.turns.finish(turn.id, "w", { ...DONE, putBack })).toBe(true);
      expect(heard).toEqual(["turn"]);
      expect(await waitingIn(store)).toEqual(["3", "4"]);
      expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([2, 3]);
      const rows = (await store.history(A, { limit: 9 })).rows.map(({ id, state }) => `${id} ${state}`);
      expect(rows).toEqual(["1 done", "2 done", "3 waiting", "4 waiting"]);
      const others = [await store.turns.claim("w", CLAIM), await store.turns.claim("w2", CLAIM)];
      const next = others.find((one) => one?.session === A);
      expect(idsOf(next)).toEqual(["3", "4"]);
      expect(marksOf(next)).toEqual([]);
    },
  );

  storeTest(
    open,
    "only messages that joined can be put back, and only by who holds the turn",
    async ({ store }) => {
      await enqueue(store, "a", "0");
      const turn = await runningTurn(store);
      const joined = await enqueue(store, "a", "2");
      await store.turns.attach(turn.id, "w", joining(joined));
      expect(await store.turns.finish(turn.id, "zombie", { ...DONE, putBack: [joined] })).toBe(false);
      expect(await waitingIn(store)).toEqual([]);
      const opening = (await store.history(A, { limit: 9 })).rows.length;
      expect(opening).toBe(3);
      const reply = saying("a", "r");
      await store.turns.finish(turn.id, "w", {
        state: "failed",
        replies: [reply],
        putBack: [turn.id, joined],
      });
      expect(await waitingIn(store)).toEqual(["2"]);
      expect(await store.turns.finish(turn.id, "w", { ...DONE, putBack: [joined] })).toBe(false);
      expect(await store.turns.depth(A)).toBe(1);
    },
  );

  storeTest(
    open,
    "a message can be put back again and again, and is answered in the end",
    async ({ store }) => {
      const turn = await runningTurn(store);
      const two = await enqueue(store, "a", "2");
      await store.turns.attach(turn.id, "w", joining(two));
      await store.turns.finish(turn.id, "w", { ...DONE, putBack: [two] });
      const second = await store.turns.claim("w", CLAIM);
      expect(idsOf(second)).toEqual(["2"]);
      expect(await store.turns.claim("w2", CLAIM)).toBeUndefined();
      await store.turns.finish(second!.id, "w", { ...DONE, putBack: [two] });
      // It was this turn's own prompt: that is no joining.
      expect(await store.turns.depth()).toBe(0);
      expect((await store.history(A, { limit: 9 })).rows.map(({ state }) => state)).toEqual(["done", "done"]);
    },
  );
}
