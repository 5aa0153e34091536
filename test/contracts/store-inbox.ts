import { expect } from "bun:test";
import type { InboundEvent } from "../../src/core/message.ts";
import {
  CLAIM,
  enqueue,
  idsOf,
  inbound,
  placeOf,
  queued,
  refOf,
  sessionOf,
  storeTest,
  type OpenStore,
} from "./store-words.ts";

/** What any inbox promises. */
export function inboxContract(open: OpenStore): void {
  storeTest(
    open,
    "a message that comes again is known, and answers with the id it had",
    async ({ store, ...under }) => {
      const first = await store.inbox.record(inbound("a", "1"));
      expect(first.receipt).toBe("recorded");
      under.clock.jump(60_000);
      expect(await store.inbox.record(inbound("a", "1"))).toEqual({ receipt: "duplicate", id: first.id });
      await store.inbox.settle(first.id, queued(inbound("a", "1")));
      expect(await store.inbox.record(inbound("a", "1", { text: "edited" }))).toEqual({
        receipt: "duplicate",
        id: first.id,
      });
    },
  );

  storeTest(
    open,
    "address, agent and id together name a message: whatever differs is another one",
    async ({ store }) => {
      const base = inbound("a", "1");
      const others = [
        base,
        { ...base, id: "2" },
        { ...base, agent: "main" },
        { ...base, agent: "" },
        { ...base, address: { ...base.address, chat: "b" } },
        { ...base, address: { ...base.address, account: "work" } },
        { ...base, address: { ...base.address, channel: "other" } },
        { ...base, address: { ...base.address, scope: "thread" as const, thread: "1" } },
        { ...base, address: { ...base.address, scope: "thread" as const, thread: "" } },
        // Would be the first again if the parts were only strung together.
        { ...base, id: "1/1", address: placeOf("a/1") },
        { ...base, id: "1", address: placeOf("a/1/1") },
      ];
      const ids = new Set<string>();
      for (const message of others) {
        const { receipt, id } = await store.inbox.record(message);
        expect(receipt).toBe("recorded");
        ids.add(id);
      }
      expect(ids.size).toBe(others.length);
      for (const message of others) expect((await store.inbox.record(message)).receipt).toBe("duplicate");
    },
  );

  storeTest(
    open,
    "what was recorded but not settled is there after a restart, oldest first",
    async (under) => {
      const ids: string[] = [];
      // All in one millisecond: the order is that of the calls, not of the clock or of random ids.
      for (let i = 0; i < 20; i++) ids.push((await under.store.inbox.record(inbound("a", `m${i}`))).id);
      await under.store.inbox.settle(ids[3]!, { fate: "blocked" });
      await under.reopen();
      const unsettled = await under.store.inbox.unsettled();
      expect(unsettled.map(({ id }) => id)).toEqual(ids.filter((id) => id !== ids[3]));
      expect(unsettled[0]).toEqual({ id: ids[0]!, message: inbound("a", "m0") });
    },
  );

  storeTest(open, "admission settles once: a second decision changes nothing", async ({ store }) => {
    const { id } = await store.inbox.record(inbound("a", "1"));
    await store.inbox.settle(id, queued(inbound("a", "1")));
    const heard: string[] = [];
    using _listening = store.onWork((kind) => heard.push(kind));
    await store.inbox.settle(id, { fate: "refused" });
    await store.inbox.settle(id, queued(inbound("a", "1")));
    expect(heard).toEqual([]);
    expect(await store.turns.depth()).toBe(1);
    expect(idsOf(await store.turns.claim("w", CLAIM))).toEqual(["1"]);
    await store.inbox.settle("nonsense!", { fate: "refused" });
  });

  storeTest(open, "of a message that was refused nothing is kept but that it came", async ({ store }) => {
    const stranger = { id: "7", name: "Eve", isBot: false };
    const message = inbound("a", "1", { sender: stranger, text: "words", forwardedFrom: "more words" });
    const { id } = await store.inbox.record(message);
    await store.inbox.settle(id, { fate: "refused" });
    const kept = await store.inbox.find(refOf("a", "1"));
    const sender = { ...stranger, name: "" };
    expect(kept).toMatchObject({
      id,
      state: "over",
      message: { id: "1", text: "", attachments: [], sender },
    });
    expect(JSON.stringify(kept)).not.toMatch(/words|Eve/);
    expect((await store.inbox.record(message)).receipt).toBe("duplicate");
  });

  storeTest(open, "pi gets the message as hooks left it", async ({ store }) => {
    const { id } = await store.inbox.record(inbound("a", "1", { text: "hello" }));
    await store.inbox.settle(id, queued(inbound("a", "1", { text: "HELLO" })));
    expect((await store.turns.claim("w", CLAIM))?.messages).toEqual([inbound("a", "1", { text: "HELLO" })]);
  });

  storeTest(open, "only queued messages wait for a turn", async ({ store }) => {
    for (const fate of ["refused", "blocked", "command", "full"] as const) {
      const { id } = await store.inbox.record(inbound("a", fate));
      await store.inbox.settle(id, { fate, session: sessionOf("a") });
    }
    expect(await store.turns.depth()).toBe(0);
    expect(await store.inbox.unsettled()).toEqual([]);
    expect(await store.turns.claim("w", CLAIM)).toBeUndefined();
  });

  storeTest(open, "what is no message is recorded once as well, per account", async ({ store }) => {
    const left = (account: string): InboundEvent => ({
      kind: "left",
      address: { ...placeOf("a"), account },
      by: { id: "u", name: "U", isBot: false },
      isUs: false,
    });
    const first = await store.inbox.recordEvent("7", left("default"));
    expect(first.receipt).toBe("recorded");
    expect(await store.inbox.recordEvent("7", left("default"))).toEqual({ ...first, receipt: "duplicate" });
    await store.inbox.settleEvent(first.id);
    expect(await store.inbox.recordEvent("7", left("default"))).toEqual({ ...first, receipt: "duplicate" });
    expect((await store.inbox.recordEvent("7", left("work"))).receipt).toBe("recorded");
    expect((await store.inbox.recordEvent("8", left("default"))).receipt).toBe("recorded");
  });

  storeTest(open, "whoever listens hears of work after it is there, until it stops", async ({ store }) => {
    const heard: string[] = [];
    const listening = store.onWork((kind) => heard.push(kind));
    const { id } = await store.inbox.record(inbound("a", "1"));
    await store.inbox.record(inbound("a", "1"));
    expect(heard).toEqual(["inbox"]);
    await store.inbox.settle(id, queued(inbound("a", "1")));
    expect(heard).toEqual(["inbox", "turn"]);
    listening[Symbol.dispose]();
    await enqueue(store, "a", "2");
    expect(heard).toEqual(["inbox", "turn"]);
  });

  storeTest(
    open,
    "a listener that throws costs neither the message nor other listeners",
    async ({ store }) => {
      const heard: string[] = [];
      store.onWork(() => {
        throw new Error("broken listener");
      });
      store.onWork((kind) => heard.push(kind));
      await enqueue(store, "a", "1");
      expect(heard).toEqual(["inbox", "turn"]);
      expect(await store.turns.depth()).toBe(1);
    },
  );
}
