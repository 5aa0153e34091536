import { describe, expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { Conversations } from "../../src/ws/conversation.ts";

const conversations = new Conversations("page");
const ours = "agent:main:page:dm:alice" as SessionKey;
const foreign = "agent:main:telegram:dm:42" as SessionKey;

test("a bare id is a conversation of the page", () => {
  expect(conversations.read("alice")).toBe(ours);
  expect(conversations.read("A-b_9")).toBe("agent:main:page:dm:A-b_9" as SessionKey);
});

test("a key is taken as it is, whatever its agent", () => {
  expect(conversations.read("agent:mentor:page:dm:alice")).toBe("agent:mentor:page:dm:alice" as SessionKey);
  expect(conversations.read(foreign)).toBe(foreign);
});

test.each(["", "a b", "../x", "agent:main:page:alice", "ümlaut", "x".repeat(65)])(
  "%p is refused with the form",
  (text) => {
    expect(() => conversations.read(text)).toThrow("agent:main:page:dm:<id>");
  },
);

describe("a conversation that begins", () => {
  test("gets an id that nobody guesses", () => {
    const keys = new Set(Array.from({ length: 100 }, () => conversations.fresh(undefined, "hi")));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^agent:main:page:dm:[\w-]{22}$/);
  });

  test("is the same one when the same message is sent again", () => {
    const key = conversations.fresh("k1", "hi");
    expect(conversations.fresh("k1", "hi")).toBe(key);
    expect(conversations.fresh("k2", "hi")).not.toBe(key);
    expect(conversations.fresh("k1", "other words")).not.toBe(key);
  });
});

test("the owner reads along everywhere, a visitor in the page only", () => {
  expect(() => conversations.mayRead(foreign, { kind: "admin" })).not.toThrow();
  expect(() => conversations.mayRead(ours, { kind: "browser" })).not.toThrow();
  for (const key of [foreign, "agent:main:page:group:g", "agent:main:page:work:dm:a"]) {
    expect(() => conversations.mayRead(key as SessionKey, { kind: "browser" })).toThrow("not a conversation");
  }
});

test("nobody writes into another channel's session, or under an odd id", () => {
  expect(() => conversations.mayWrite(ours)).not.toThrow();
  expect(() => conversations.mayWrite(foreign)).toThrow("belongs to another channel");
  expect(() => conversations.mayWrite("agent:main:page:dm:a b" as SessionKey)).toThrow("letters, digits");
});
