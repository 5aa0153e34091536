import { expect } from "bun:test";
import type { Amendment, Store } from "../../src/core/store.ts";

import {
  deliverAll,
  enqueue,
  inbound,
  type OpenStore,
  placeOf,
  queued,
  refOf,
  saying,
  sessionOf,
  storeTest,
} from "./store-words.ts";

const A = sessionOf("a");

const amend = (store: Store, id: string, change: Amendment, session = A) =>
  store.amend(refOf("a", id), { session, agent: "main" }, change);

const rows = async (store: Store) => (await store.history(A, { limit: 9 })).rows;

/** What may still happen to a message that has been said. */
export function amendContract(open: OpenStore): void {
  storeTest(open, "what we said is shown as it was edited", async ({ store }) => {
    const photo = { kind: "media", media: "photo", path: "/m/1", name: "cat.png", caption: "A cat" } as const;
    await store.outbox.post([
      saying("a", "text", { session: A }),
      saying("a", "photo", { session: A, message: photo }),
    ]);
    await deliverAll(store);
    expect(await amend(store, "text", { kind: "text", text: "better" })).toEqual({
      id: "text",
      text: "better",
    });
    await amend(store, "photo", { kind: "text", text: "The cat" });
    expect(await rows(store)).toMatchObject([
      { id: "text", text: "better" },
      { id: "photo", text: "The cat", media: [{ kind: "photo", name: "cat.png" }] },
    ]);
    expect(await store.outbox.read("text")).toEqual({
      session: A,
      message: { kind: "text", markdown: "better" },
    });
  });

  storeTest(open, "what was removed is shown no more, and is never said again", async ({ store }) => {
    await store.outbox.post([saying("a", "wrong", { session: A }), saying("a", "right", { session: A })]);
    await deliverAll(store);
    expect(await amend(store, "wrong", { kind: "removal" })).toEqual({ id: "wrong", isRemoved: true });
    expect((await rows(store)).map(({ id }) => id)).toEqual(["right"]);
    expect(await store.outbox.read("wrong")).toBeUndefined();
    await store.outbox.post([saying("a", "wrong", { session: A })]);
    expect(await deliverAll(store)).toEqual([]);
    expect(await amend(store, "wrong", { kind: "text", text: "again" })).toBeUndefined();
  });

  storeTest(open, "emojis gather on anybody's message, each once", async ({ store }) => {
    await enqueue(store, "a", "m1");
    await store.outbox.post([saying("a", "said", { session: A })]);
    await deliverAll(store);
    await amend(store, "m1", { kind: "reaction", emoji: "👍" });
    await amend(store, "m1", { kind: "reaction", emoji: "🎉" });
    expect(await amend(store, "m1", { kind: "reaction", emoji: "👍" })).toEqual({
      id: "m1",
      reactions: ["🎉", "👍"],
    });
    await amend(store, "said", { kind: "reaction", emoji: "👀" });
    expect(await rows(store)).toMatchObject([
      { id: "m1", reactions: ["🎉", "👍"] },
      { id: "said", reactions: ["👀"] },
    ]);
  });

  storeTest(open, "an emoji finds a message whatever agent its sender chose", async ({ store }) => {
    for (const agent of ["mentor", "main"]) {
      const message = inbound("a", `to-${agent}`, { agent });
      const { id } = await store.inbox.record(message);
      await store.inbox.settle(id, { ...queued(message), session: A });
      const of = { session: A, agent: "mentor" };
      const amended = await store.amend(refOf("a", message.id), of, { kind: "reaction", emoji: "👍" });
      expect(amended).toEqual({ id: message.id, reactions: ["👍"] });
    }
  });

  storeTest(
    open,
    "nothing else can be changed: not what others said, is not out yet, or is elsewhere",
    async ({ store }) => {
      await enqueue(store, "a", "m1");
      await store.outbox.post([
        saying("a", "early", { session: A }),
        saying("b", "theirs", { session: sessionOf("b") }),
      ]);
      expect(await amend(store, "m1", { kind: "text", text: "no" })).toBeUndefined();
      expect(await amend(store, "m1", { kind: "removal" })).toBeUndefined();
      expect(await amend(store, "early", { kind: "text", text: "no" })).toBeUndefined();
      expect(await amend(store, "theirs", { kind: "removal" })).toBeUndefined();
      expect(await amend(store, "nothing", { kind: "reaction", emoji: "👍" })).toBeUndefined();
      const elsewhere = { address: placeOf("b"), id: "m1" };
      const of = { session: sessionOf("b"), agent: "main" };
      expect(await store.amend(elsewhere, of, { kind: "reaction", emoji: "👍" })).toBeUndefined();
      expect(await rows(store)).toMatchObject([{ text: "text of m1" }, { text: "says early" }]);
    },
  );

  storeTest(open, "a conversation that is forgotten takes its emojis with it", async ({ store, clock }) => {
    await store.outbox.post([saying("a", "said", { session: A })]);
    await deliverAll(store);
    await amend(store, "said", { kind: "reaction", emoji: "👀" });
    clock.jump(1000);
    const all = { finishedBeforeMs: clock.now(), historyBeforeMs: clock.now() };
    while ((await store.prune(all, 5)) > 0);
    await store.outbox.post([saying("a", "said", { session: A })]);
    expect((await rows(store)).map(({ reactions }) => reactions)).toEqual([undefined]);
  });
}
