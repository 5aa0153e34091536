import { describe } from "bun:test";
import { amendContract } from "./store-amend.ts";
import { chatContract } from "./store-chats.ts";
import { historyContract, pruneContract } from "./store-history.ts";
import { inboxContract } from "./store-inbox.ts";
import { joiningContract } from "./store-joining.ts";
import { outboxContract } from "./store-outbox.ts";
import { pieceContract } from "./store-pieces.ts";
import { randomWorkContract } from "./store-random.ts";
import { roomContract } from "./store-room.ts";
import { accessContract, sessionContract, smallLedgerContract } from "./store-small-ledgers.ts";
import { turnContract } from "./store-turns.ts";
import { usageContract } from "./store-usage.ts";
import type { OpenStore } from "./store-words.ts";

export type { OpenStore, StoreUnderTest } from "./store-words.ts";

/** The store port in tests: an engine is right iff it passes all of them. `open` gives each test its own. */
export function storeContract(name: string, open: OpenStore): void {
  describe(`${name} keeps the store contract`, () => {
    describe("inbox", () => inboxContract(open));
    describe("turns", () => turnContract(open));
    describe("room in a queue", () => roomContract(open));
    describe("messages in pieces", () => pieceContract(open));
    describe("chats", () => chatContract(open));
    describe("joining a turn", () => joiningContract(open));
    describe("outbox", () => outboxContract(open));
    describe("history", () => historyContract(open));
    describe("amendments", () => amendContract(open));
    describe("sessions", () => sessionContract(open));
    describe("access", () => accessContract(open));
    describe("cron, leases, state", () => smallLedgerContract(open));
    describe("usage", () => usageContract(open));
    describe("prune", () => pruneContract(open));
    describe("random work", () => randomWorkContract(open));
  });
}
