import { expect } from "bun:test";
import type { InboundMessage } from "../../src/core/message.ts";
import type { InboxId, Store } from "../../src/core/store.ts";
import {
  CLAIM,
  deliverAll,
  enqueue,
  idsOf,
  inbound,
  LEASE_MS,
  placeOf,
  queued,
  refOf,
  saying,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

const A = sessionOf("a");
const B = sessionOf("b");
const DONE = { state: "done", replies: [] } as const;

async function overhear(store: Store, id: string, more: Partial<InboundMessage> = {}): Promise<InboxId> {
  const message = inbound("a", id, more);
  const { id: inbox } = await store.inbox.record(message);
  await store.inbox.settle(inbox, { fate: "overheard", line: `U: ${message.text}` });
  return inbox;
}

const unread = async (store: Store, session = A, place = placeOf("a"), limit = 99) =>
  (await store.chats.unread(place, session, limit)).map(({ text }) => text);

const newestLine = async (store: Store) => (await store.chats.unread(placeOf("a"), A, 1))[0]!.id;

/** What any engine promises about what is said in a chat but not to the agent. */
export function chatContract(open: OpenStore): void {
  storeTest(
    open,
    "what was overheard makes no turn, and is a line until a session has read it",
    async (under) => {
      const { store } = under;
      await overhear(store, "1");
      await overhear(store, "2");
      expect([await store.turns.depth(), await store.inbox.unsettled()]).toEqual([0, []]);
      expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
      expect(await unread(store)).toEqual(["U: text of 1", "U: text of 2"]);
      expect(await unread(store, A, placeOf("a"), 1)).toEqual(["U: text of 2"]);
      await enqueue(store, "a", "3", 5, { readUpTo: await newestLine(store) });
      await overhear(store, "4");
      expect(await unread(store)).toEqual(["U: text of 4"]);
      expect(await unread(store, B)).toHaveLength(3);
      await under.reopen();
      expect(await unread(under.store)).toEqual(["U: text of 4"]);
      expect((await under.store.history(A, { limit: 9 })).rows.map(({ id }) => id)).toEqual(["3"]);
      expect((await under.store.sessions.activity(B)).lastHeardAtMs).toBeUndefined();
    },
  );

  storeTest(open, "each thread of a chat has lines of its own", async ({ store }) => {
    await overhear(store, "1");
    await overhear(store, "2", { address: { ...placeOf("a"), scope: "topic", thread: "7" } });
    expect(await unread(store)).toEqual(["U: text of 1"]);
    expect(await unread(store, A, { ...placeOf("a"), scope: "topic", thread: "7" })).toEqual([
      "U: text of 2",
    ]);
  });

  storeTest(
    open,
    "a note takes the place of an earlier one about the same, and is new again",
    async ({ store }) => {
      await store.chats.note(placeOf("a"), { about: "x", text: "one" });
      await store.chats.note(placeOf("a"), { about: "y", text: "two" });
      await store.chats.note(placeOf("a"), { about: "x", text: "three" });
      expect(await store.chats.unread(placeOf("a"), A, 9)).toMatchObject([
        { kind: "note", text: "two" },
        { kind: "note", text: "three" },
      ]);
      await enqueue(store, "a", "1", 5, { readUpTo: await newestLine(store) });
      await store.chats.note(placeOf("a"), { about: "x", text: "four" });
      expect(await unread(store)).toEqual(["four"]);
    },
  );

  storeTest(open, "a place keeps its newest lines only, however much is said there", async ({ store }) => {
    for (let n = 0; n < 300; n++) await store.chats.note(placeOf("a"), { about: `${n}`, text: `${n}` });
    await store.chats.note(placeOf("b"), { about: "0", text: "elsewhere" });
    const lines = await unread(store, A, placeOf("a"), 1000);
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.length).toBeLessThan(300);
    expect(lines.at(-1)).toBe("299");
    expect(await unread(store, A, placeOf("b"))).toEqual(["elsewhere"]);
  });

  storeTest(
    open,
    "a line that nobody has read can be changed where it stands, or taken away",
    async ({ store }) => {
      await overhear(store, "1");
      await overhear(store, "2");
      expect(await store.chats.rewrite(placeOf("a"), "1", "U: other")).toBe(true);
      expect(await unread(store)).toEqual(["U: other", "U: text of 2"]);
      expect(await store.chats.rewrite(placeOf("a"), "1", undefined)).toBe(true);
      expect(await store.chats.rewrite(placeOf("a"), "1", "U: again")).toBe(false);
      await enqueue(store, "a", "3", 5, { readUpTo: await newestLine(store) });
      expect(await store.chats.rewrite(placeOf("a"), "2", "U: late")).toBe(false);
      expect(await unread(store, B)).toEqual(["U: text of 2"]);
    },
  );

  storeTest(
    open,
    "a message that waits can be changed and cancelled, one that a turn has cannot",
    async ({ store }) => {
      const id = await enqueue(store, "a", "1");
      expect(await store.inbox.find(refOf("a", "1"))).toMatchObject({ id, state: "waiting", session: A });
      const now = { written: "as typed", heard: inbound("a", "1", { text: "as heard" }) };
      expect(await store.inbox.rewrite(id, now)).toBe(true);
      expect(await store.inbox.find(refOf("a", "1"))).toMatchObject({
        message: { text: "as typed" },
        heard: { text: "as heard" },
      });
      const turn = await store.turns.claim("w", CLAIM);
      expect(turn?.messages.map(({ text }) => text)).toEqual(["as heard"]);
      expect((await store.history(A, { limit: 9 })).rows.map(({ text }) => text)).toEqual(["as typed"]);
      expect(await store.inbox.rewrite(id, now)).toBe(false);
      expect(await store.inbox.cancel(id)).toBe(false);
      expect(await store.inbox.find(refOf("a", "1"))).toMatchObject({ state: "taken" });
      const two = await enqueue(store, "a", "2");
      expect(await store.inbox.cancel(two)).toBe(true);
      expect(await store.inbox.cancel(two)).toBe(false);
      expect([await store.turns.depth(A), await store.turns.depth()]).toEqual([0, 0]);
      expect(await store.inbox.find(refOf("a", "2"))).toMatchObject({ state: "over" });
      expect(await store.inbox.find(refOf("a", "nobody"))).toBeUndefined();
    },
  );

  storeTest(
    open,
    "a message that was changed meanwhile does not join a turn as it was",
    async ({ store }) => {
      await enqueue(store, "a", "1");
      const turn = await store.turns.claim("w", CLAIM);
      const id = await enqueue(store, "a", "2");
      const heard = inbound("a", "2", { text: "new" });
      await store.inbox.rewrite(id, { written: "new", heard });
      const joining = (text: string) => [{ id, note: { text }, text }];
      expect(await store.turns.attach(turn!.id, "w", joining("text of 2"))).toEqual([]);
      expect(await store.turns.depth(A)).toBe(1);
      expect(await store.turns.attach(turn!.id, "w", joining("new"))).toEqual([id]);
    },
  );

  storeTest(open, "what waits of a chat is found in all its sessions and threads", async ({ store }) => {
    await enqueue(store, "a", "1");
    await enqueue(store, "b", "2");
    const inThread = inbound("a", "3", { address: { ...placeOf("a"), scope: "topic", thread: "7" } });
    const { id } = await store.inbox.record(inThread);
    await store.inbox.settle(id, { ...queued(inThread), session: B });
    const found = await store.inbox.waitingFrom(placeOf("a"));
    expect(found.map(({ message, session }) => [message.id, session])).toEqual([
      ["1", A],
      ["3", B],
    ]);
  });

  storeTest(
    open,
    "what happened is there until it was acted on, in order with the messages",
    async (under) => {
      const stop = { kind: "stop", address: placeOf("a"), by: inbound("a", "x").sender } as const;
      const { id: one } = await under.store.inbox.record(inbound("a", "1"));
      const { id: event } = await under.store.inbox.recordEvent("e", stop);
      const { id: two } = await under.store.inbox.record(inbound("a", "2"));
      const done = await under.store.inbox.recordEvent("f", stop);
      await under.store.inbox.settleEvent(done.id);
      await under.reopen();
      expect(await under.store.inbox.unsettled()).toEqual([
        { id: one, message: inbound("a", "1") },
        { id: event, event: stop },
        { id: two, message: inbound("a", "2") },
      ]);
    },
  );

  storeTest(open, "a message that was sent is known by what the platform calls it", async ({ store }) => {
    await store.outbox.post([saying("a", "k", { session: A })]);
    await store.outbox.post([saying("b", "l")]);
    for (const { chat, to } of await store.outbox.ready(9)) {
      const { key } = (await store.outbox.claim("d", { chat, leaseMs: LEASE_MS }))!;
      await store.outbox.settle(key, "d", { state: "sent", ref: { address: to, id: "17" } });
    }
    expect(await store.outbox.sentAs(refOf("a", "17"))).toMatchObject({ message: { markdown: "says k" } });
    expect(await store.outbox.sentAs(refOf("b", "17"))).toMatchObject({ to: placeOf("b") });
    expect(await store.outbox.sentAs(refOf("a", "18"))).toBeUndefined();
    expect(await store.outbox.sentAs({ ...refOf("a", "17"), address: placeOf("c") })).toBeUndefined();
  });

  moveContract(open);
}

/** A chat that goes on under another address. */
function moveContract(open: OpenStore): void {
  const first = (chat: string, file: string) => ({
    key: sessionOf(chat),
    agent: "main",
    address: placeOf(chat),
    file,
    createdAtMs: 0,
    lastActiveAtMs: 0,
    turns: 0,
  });
  const MOVE = {
    from: placeOf("a"),
    to: placeOf("b"),
    sessions: [{ from: A, to: B, nextFile: "next" }],
    mergeKey: (key: string) => `${key}-moved`,
  };

  storeTest(open, "what is open in a chat that moves goes on in the new one, once", async ({ store }) => {
    await store.sessions.open({ ...first("a", "old"), model: "x/y" });
    await enqueue(store, "a", "1", 5, { mergeKey: "k" });
    const turn = await store.turns.claim("w", CLAIM);
    await store.turns.release(turn!.id, "w", { afterMs: 60_000, countAttempt: false });
    await enqueue(store, "a", "2", 5, { mergeKey: "k" });
    await store.outbox.post([saying("b", "there")]);
    const moved = { kind: "text", markdown: "hi", replyTo: "1" } as const;
    await store.outbox.post([saying("a", "pending", { message: moved, replaces: refOf("a", "p") })]);
    await store.outbox.post([
      { ...saying("a", "gone", { replaces: refOf("a", "q") }), message: { kind: "withdrawal" } },
    ]);
    await overhear(store, "3");

    expect(await store.chats.move(MOVE)).toEqual([B]);
    expect(await store.chats.move(MOVE)).toEqual([]);

    expect(await store.sessions.get(B)).toMatchObject({
      file: "old",
      model: "x/y",
      key: B,
      address: placeOf("b"),
    });
    expect(await store.sessions.get(A)).toMatchObject({ file: "next", hasEnded: true });
    expect([await store.turns.depth(A), await store.turns.depth(B), await store.turns.depth()]).toEqual([
      0, 1, 1,
    ]);
    const again = await store.turns.claim("w2", CLAIM);
    expect(again).toMatchObject({ id: turn!.id, session: B, attempt: 1, previews: [] });
    expect(again?.messages.map(({ address }) => address)).toEqual([placeOf("b")]);
    await store.turns.finish(again!.id, "w2", DONE);
    const next = await store.turns.claim("w2", CLAIM);
    expect([idsOf(next), next?.session]).toEqual([["2"], B]);
    expect(await unread(store, B, placeOf("b"))).toEqual(["U: text of 3"]);
    expect(await deliverAll(store)).toEqual(["there", "pending"]);
    expect(await store.outbox.find("gone")).toMatchObject({ state: "dead" });
  });

  storeTest(
    open,
    "a conversation that has begun in the new chat is left alone, what waits is answered there",
    async ({ store }) => {
      await store.sessions.open(first("a", "old"));
      await store.sessions.open({ ...first("b", "new"), turns: 1 });
      await enqueue(store, "a", "1");
      expect(await store.chats.move(MOVE)).toEqual([]);
      expect(await store.sessions.get(B)).toMatchObject({ file: "new" });
      const turn = await store.turns.claim("w", CLAIM);
      expect(turn).toMatchObject({ session: A, messages: [{ address: placeOf("b") }] });
    },
  );

  storeTest(open, "messages that wait in both chats are one line afterwards", async ({ store }) => {
    await store.sessions.open(first("a", "old"));
    await enqueue(store, "a", "1", 5, { mergeKey: "k" });
    await enqueue(store, "b", "2", 5, { mergeKey: "k-moved" });
    await enqueue(store, "a", "3", 5, { mergeKey: "k" });
    expect(await store.chats.move(MOVE)).toEqual([B]);
    expect([await store.turns.depth(B), await store.turns.depth()]).toEqual([3, 3]);
    const turn = await store.turns.claim("w", CLAIM);
    expect(idsOf(turn)).toEqual(["1", "2", "3"]);
    await store.turns.finish(turn!.id, "w", DONE);
    expect(await store.turns.nextDueAtMs()).toBeUndefined();
  });
}
