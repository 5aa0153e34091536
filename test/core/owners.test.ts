import { describe, expect, test } from "bun:test";
import type { AllowEntry } from "../../src/core/access.ts";
import type { Address, InboundMessage } from "../../src/core/message.ts";
import { Owners } from "../../src/core/owners.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

const owners = ["telegram:123", "telegram:work:7", "discord:dm:9"];

const nobody = { firstAllowed: async () => undefined };

function from(channel: string, id: string, facts: { account?: string; isOwner?: boolean } = {}) {
  const { account = "default", isOwner: claim } = facts;
  const sender = { id, name: "Una", isBot: false, ...(claim === undefined ? {} : { isOwner: claim }) };
  const address: InboundMessage["address"] = { channel, account, scope: "group", chat: "-100" };
  return new Owners(() => ({ owners }), nobody).isOwner({ address, sender });
}

test("an owner is one wherever they write, by who they are and not by the chat", () => {
  expect(from("telegram", "123")).toBe(true);
  expect(from("discord", "9")).toBe(true);
  expect(from("telegram", "-100")).toBe(false);
  expect(from("discord", "123")).toBe(false);
});

test("named without an account, an owner is one on every account; with one, only there", () => {
  expect(from("telegram", "123", { account: "work" })).toBe(true);
  expect(from("telegram", "7", { account: "work" })).toBe(true);
  expect(from("telegram", "7")).toBe(false);
});

test("where the door has asked for a credential, that decides, whatever somebody calls themselves", () => {
  expect(from("page", "anybody", { isOwner: true })).toBe(true);
  expect(from("telegram", "123", { isOwner: false })).toBe(false);
});

describe("where the configuration names nobody", () => {
  const address: Address = { channel: "telegram", account: "default", scope: "dm", chat: "chat of 5" };
  const una = { id: "5", name: "Una", isBot: false };
  const entry: AllowEntry = {
    channel: "telegram",
    account: "default",
    senderId: "5",
    senderName: "Una",
    address,
    addedAtMs: 1,
    isFirst: true,
  };

  async function withFirst(first: AllowEntry | undefined, named: string[] = []) {
    const config = { owners: named };
    const store = { firstAllowed: async () => first };
    const standing = new Owners(() => config, store);
    await standing.start();
    return { standing, config, store };
  }

  test("the first one who was let in is the owner, on that account and no other", async () => {
    const { standing } = await withFirst(entry);
    expect(standing.isOwner({ address, sender: una })).toBe(true);
    expect(standing.isOwner({ address: { ...address, scope: "group", chat: "-1" }, sender: una })).toBe(true);
    expect(standing.isOwner({ address, sender: { ...una, id: "6" } })).toBe(false);
    expect(standing.isOwner({ address: { ...address, account: "work" }, sender: una })).toBe(false);
    expect(standing.isOwner({ address: { ...address, channel: "discord" }, sender: una })).toBe(false);
    expect(standing.isStandIn(entry)).toBe(true);
    expect(standing.isStandIn({ isFirst: false })).toBe(false);
  });

  test("somebody who chose their own id is nobody's owner", async () => {
    const { standing } = await withFirst(entry);
    expect(standing.isOwner({ address, sender: { ...una, isSelfNamed: true } })).toBe(false);
  });

  test("they are one until owners are named, and no longer", async () => {
    const { standing, config } = await withFirst(entry);
    config.owners = ["telegram:9"];
    expect(standing.isOwner({ address, sender: una })).toBe(false);
    expect(standing.isOwner({ address, sender: { ...una, id: "9" } })).toBe(true);
    expect(standing.isStandIn(entry)).toBe(false);
  });

  test("who was let in or taken off since counts at once", async () => {
    const { standing, store } = await withFirst(undefined);
    expect(standing.isOwner({ address, sender: una })).toBe(false);
    store.firstAllowed = async () => entry;
    await standing.load();
    expect(standing.isOwner({ address, sender: una })).toBe(true);
  });

  test("their chat is the one in which they asked; named owners' chats are private ones", async () => {
    const platform = new PlainPlatform("telegram", PLAIN);
    const channel = ({ channel: name }: { channel: string }) => (name === "telegram" ? platform : undefined);
    expect((await withFirst(entry)).standing.chats(channel)).toEqual([address]);
    expect((await withFirst(undefined)).standing.chats(channel)).toEqual([]);
    expect((await withFirst(entry)).standing.chats(() => undefined)).toEqual([]);
    const { standing } = await withFirst(entry, ["gone:1", "telegram:work:7"]);
    expect(standing.chats(channel)).toEqual([
      { channel: "telegram", account: "work", scope: "dm", chat: "7" },
    ]);
  });
});

const PLAIN = { text: { limit: 1 }, pace: () => ({ perChatMs: 0, perPreviewMs: 0 }), nonceWindowMs: 0 };
