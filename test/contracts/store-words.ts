import { test } from "bun:test";
import type { Address, InboundMessage, MessageRef } from "../../src/core/message.ts";
import { formatSessionKey, type SessionKey } from "../../src/core/session-key.ts";
import type { Admission, Delivery, InboxId, Store } from "../../src/core/store.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";

/** One engine under test, with its own data. */
export interface StoreUnderTest {
  /** After `reopen` another object, perhaps. */
  readonly store: Store;
  readonly clock: FakeClock;
  /** As after a restart of the gateway: what was held, is held by nobody who lives. */
  reopen(): Promise<void>;
  end(): Promise<void>;
}

export type OpenStore = () => Promise<StoreUnderTest>;

/** A test with a store of its own, which is gone afterwards. */
export function storeTest(
  open: OpenStore,
  name: string,
  body: (under: StoreUnderTest) => Promise<void>,
  timeoutMs = 10_000,
): void {
  test(
    name,
    async () => {
      const under = await open();
      try {
        await body(under);
      } finally {
        await under.end();
      }
    },
    timeoutMs,
  );
}

export const LEASE_MS = 30_000;
export const CLAIM = { leaseMs: LEASE_MS, mergeLimit: 10 };
export const UNTOUCHED = { maybeSent: false, plain: false, previewGone: false };

export const placeOf = (chat: string): Address => ({
  channel: "test",
  account: "default",
  scope: "dm",
  chat,
});

export const sessionOf = (chat: string): SessionKey =>
  formatSessionKey({ agent: "main", address: placeOf(chat) });

export const inbound = (chat: string, id: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  id,
  address: placeOf(chat),
  sender: { id: "u", name: "U", isBot: false },
  text: `text of ${id}`,
  attachments: [],
  isForBot: true,
  sentAtMs: 0,
  ...more,
});

type Queued = Admission & { readonly fate: "queued" };

export const queued = (
  message: InboundMessage,
  priority = 5,
  more: Partial<Pick<Queued, "mergeKey" | "room" | "quietMs" | "readUpTo" | "earlier">> = {},
): Queued => ({
  fate: "queued",
  session: sessionOf(message.address.chat),
  priority,
  message,
  mergeKey: "",
  ...more,
});

type HowQueued = Parameters<typeof queued>[2];

/** Records a message; `settle` queues it. */
export async function recorded(store: Store, chat: string, id: string, facts: Partial<InboundMessage> = {}) {
  const message = inbound(chat, id, facts);
  const { id: inbox } = await store.inbox.record(message);
  const settle = (priority: number, more: HowQueued = {}) =>
    store.inbox.settle(inbox, queued(message, priority, more));
  return { inbox, settle };
}

/** Records and queues one message, as admission does when nothing is special. */
export async function enqueue(
  store: Store,
  chat: string,
  id: string,
  priority = 5,
  more: HowQueued = {},
): Promise<InboxId> {
  const { inbox, settle } = await recorded(store, chat, id);
  await settle(priority, more);
  return inbox;
}

export const saying = (chat: string, key: string, more: Partial<Delivery> = {}): Delivery => ({
  key,
  to: placeOf(chat),
  message: { kind: "text", markdown: `says ${key}` },
  ...more,
});

export const refOf = (chat: string, id: string): MessageRef => ({ address: placeOf(chat), id });

export const idsOf = (turn: { messages: readonly InboundMessage[] } | undefined): string[] | undefined =>
  turn?.messages.map(({ id }) => id);

/** Messages that join a turn, as pi is handed them. */
export const joining = (...ids: InboxId[]) => ids.map((id) => ({ id, note: { text: `asked ${id}` } }));

/** Takes and settles the deliveries that are due, one per chat and round; returns their keys in order. */
export async function deliverAll(store: Store, worker = "d"): Promise<string[]> {
  const keys: string[] = [];
  for (let round = 0; round < 1000; round++) {
    const chats = await store.outbox.ready(100);
    if (chats.length === 0) return keys;
    for (const { chat } of chats) {
      const taken = await store.outbox.claim(worker, { chat, leaseMs: LEASE_MS });
      if (!taken) continue;
      keys.push(taken.key);
      await store.outbox.settle(taken.key, worker, { state: "sent", ref: refOf("x", taken.key) });
    }
  }
  throw new Error(`deliveries do not come to an end: ${keys.slice(-5).join(", ")}`);
}
