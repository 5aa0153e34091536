import { describe, expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { agentIds } from "../../src/core/agent-list.ts";
import { configSchema } from "../../src/core/config-schema.ts";
import { configuredRouter } from "../../src/core/session-router.ts";
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
  expect(conversations.open(foreign, { kind: "admin" })).toEqual({ named: foreign, session: foreign });
  expect(conversations.open(ours, { kind: "browser" })).toEqual({ named: ours, session: ours });
  for (const key of [foreign, "agent:main:page:group:g", "agent:main:page:work:dm:a", "agent:main:main"]) {
    expect(() => conversations.open(key as SessionKey, { kind: "browser" })).toThrow("not a conversation");
  }
});

describe("where several conversations share a session", () => {
  const routed = (session: object, agents: object = {}, roles: object = {}) => {
    const config = configSchema({}).parse({ session, agents, roles });
    const router = configuredRouter(() => config);
    return new Conversations("page", { router, agents: () => agentIds(config) });
  };
  const visitor = { kind: "browser" } as const;

  test("whoever writes there reads along, by the name of their own conversation only", () => {
    const shared = routed({ dmScope: "main" });
    expect(shared.open(ours, visitor)).toEqual({ named: ours, session: "agent:main:main" as SessionKey });
    expect(() => shared.open("agent:main:main" as SessionKey, visitor)).toThrow("not a conversation");
    expect(() => shared.open("agent:main:dm:alice" as SessionKey, visitor)).toThrow("not a conversation");
    expect(() => shared.open("agent:main:telegram:dm:1" as SessionKey, visitor)).toThrow(
      "not a conversation",
    );
  });

  test("an id that was merely chosen joins nobody's session of that name", () => {
    expect(routed({ dmScope: "per-peer" }).open(ours, visitor).session).toBe(ours);
  });

  test("the accounts of one person open to the owner, and to no visitor who picks the id", () => {
    const linked = routed({ identityLinks: { Alice: ["telegram:1", "page:alice"] } });
    expect(() => linked.open(ours, visitor)).toThrow("only the gateway's own credential");
    expect(linked.open(ours, { kind: "admin" }).session).toBe("agent:main:dm:Alice" as SessionKey);
  });

  test("a message to an agent that does not exist is refused with those there are", () => {
    const some = routed({}, { list: [{ id: "helper" }] }, { capabilities: { mentor: {} } });
    for (const agent of ["main", "helper", "mentor"]) {
      expect(() => some.mayWrite(`agent:${agent}:page:dm:alice` as SessionKey)).not.toThrow();
    }
    expect(() => some.mayWrite("agent:mento:page:dm:alice" as SessionKey)).toThrow("Did you mean mentor?");
    expect(() => some.mayWrite("agent:x:page:dm:alice" as SessionKey)).toThrow(
      'there is no agent "x". There are: main, helper, mentor.',
    );
  });

  test("an id alone is a conversation with whoever the configuration lets answer there", () => {
    const bound = routed(
      {},
      {
        list: [{ id: "helper" }],
        bindings: [{ agent: "helper", match: { channel: "page" } }],
      },
    );
    expect(bound.read("alice")).toBe("agent:helper:page:dm:alice" as SessionKey);
    expect(bound.fresh("k", "hi")).toStartWith("agent:helper:page:dm:");
  });
});

test("nobody writes into another channel's session, or under an odd id", () => {
  expect(() => conversations.mayWrite(ours)).not.toThrow();
  expect(() => conversations.mayWrite(foreign)).toThrow("belongs to another channel");
  expect(() => conversations.mayWrite("agent:main:page:dm:a b" as SessionKey)).toThrow("letters, digits");
});
