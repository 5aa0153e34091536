import { expect, test } from "bun:test";
import type { InboundMessage } from "../../src/core/message.ts";
import { isOwner } from "../../src/core/owners.ts";

const owners = ["telegram:123", "telegram:work:7", "discord:dm:9"];

function from(channel: string, id: string, facts: { account?: string; isOwner?: boolean } = {}) {
  const { account = "default", isOwner: claim } = facts;
  const sender = { id, name: "Una", isBot: false, ...(claim === undefined ? {} : { isOwner: claim }) };
  const address: InboundMessage["address"] = { channel, account, scope: "group", chat: "-100" };
  return isOwner({ owners }, { address, sender });
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
