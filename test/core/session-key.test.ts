import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  agentOfKey,
  formatSessionKey,
  isSharedByAll,
  parseSessionKey,
  readSessionKey,
  type SessionKey,
  toSessionKey,
} from "../../src/core/session-key.ts";

test.each([
  "agent:main:telegram:dm:123456789",
  "agent:main:telegram:group:-100123456789",
  "agent:main:telegram:topic:-100123456789:456",
  "agent:main:discord:channel:789012345",
  "agent:main:discord:thread:789012345",
  "agent:mentor:telegram:dm:123456789",
  "agent:main:telegram:work:dm:1",
  "agent:main:webchat:dm:alice",
])("%s is read and written again the same", (key) => {
  const name = parseSessionKey(key);
  if (!name) throw new Error("not read");
  expect(formatSessionKey(name) as string).toBe(key);
});

test.each([
  "",
  "nonsense",
  "agent:main:webchat",
  "agent:main:webchat:dm:",
  "agent:main:webchat:dm:a:b",
  "agent:main:telegram:topic:1",
])("%p is no key", (text) => {
  expect(parseSessionKey(text)).toBeUndefined();
});

test.each<[string, object]>([
  ["agent:main:main", { agent: "main", shared: "main" }],
  ["agent:mentor:dm:alice", { agent: "mentor", shared: "person", person: "alice" }],
  ["agent:main:dm:a%3Ab", { agent: "main", shared: "person", person: "a:b" }],
])("%s names a session that several chats share, and no place", (key, name) => {
  expect(readSessionKey(key)).toEqual(name as ReturnType<typeof readSessionKey>);
  expect(toSessionKey(key) as string | undefined).toBe(key);
  expect(parseSessionKey(key)).toBeUndefined();
});

test("who shares what can be read from the key", () => {
  const keys = ["agent:main:main", "agent:mentor:dm:alice", "agent:a%3Ab:webchat:dm:alice"] as SessionKey[];
  expect(keys.map(isSharedByAll)).toEqual([true, false, false]);
  expect(keys.map(agentOfKey)).toEqual(["main", "mentor", "a:b"]);
});

test.each(["agent:main:main:x", "agent:main:dm", "agent:main:dm:", "agent::main"])(
  "%p is no key either",
  (text) => {
    expect(readSessionKey(text)).toBeUndefined();
  },
);

test("a key counts only in the one way it is written", () => {
  expect(toSessionKey("agent:main:webchat:default:dm:alice")).toBeUndefined();
  expect(toSessionKey("agent:main:webchat:dm:alice")).toBeDefined();
});

test("whatever a platform's ids hold, they come back", () => {
  const id = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(
    fc.property(id, id, (chat, thread) => {
      const address = { channel: "feishu", account: "default", scope: "topic", chat, thread } as const;
      const name = { agent: "main", address };
      expect(parseSessionKey(formatSessionKey(name))).toEqual(name);
    }),
    { verbose: true },
  );
});
