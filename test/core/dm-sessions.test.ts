import { expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import { sessionOf } from "../../src/core/dm-sessions.ts";
import type { Address } from "../../src/core/message.ts";

const of = (session: object, address: Partial<Address>, sender: string, isSelfNamed = false): string =>
  sessionOf(
    "main",
    {
      address: { channel: "telegram", account: "default", scope: "dm", chat: sender, ...address },
      sender: { id: sender, name: sender, isBot: false, isSelfNamed },
    },
    configSchema({}).parse({ session }).session,
  );

test("by default everybody has a session of their own on each channel and account", () => {
  expect(of({}, {}, "1")).toBe("agent:main:telegram:dm:1");
  expect(of({}, { channel: "discord" }, "1")).toBe("agent:main:discord:dm:1");
  expect(of({}, { account: "work" }, "1")).toBe("agent:main:telegram:work:dm:1");
  expect(of({ dmScope: "per-account-channel-peer" }, { account: "work" }, "1")).toBe(
    "agent:main:telegram:work:dm:1",
  );
});

test("per-peer: a person's id has one session on all channels, by the person and not by the chat", () => {
  const session = { dmScope: "per-peer" };
  expect(of(session, { chat: "c9" }, "1")).toBe("agent:main:dm:1");
  expect(of(session, { channel: "discord", account: "work" }, "1")).toBe("agent:main:dm:1");
  expect(of(session, {}, "2")).toBe("agent:main:dm:2");
});

test("per-peer: who chose their own id is not taken for the person of that name", () => {
  expect(of({ dmScope: "per-peer" }, { channel: "web" }, "1", true)).toBe("agent:main:web:dm:1");
});

test("main: all private chats of an agent are one session; groups stay apart", () => {
  expect(of({ dmScope: "main" }, {}, "1")).toBe("agent:main:main");
  expect(of({ dmScope: "main" }, { channel: "web" }, "x", true)).toBe("agent:main:main");
  expect(of({ dmScope: "main" }, { scope: "group", chat: "-1" }, "1")).toBe("agent:main:telegram:group:-1");
});

test("identityLinks join one person's accounts, by the person's id or the chat's, and nobody else's", () => {
  const session = { identityLinks: { alice: ["telegram:1", "discord:work:2", "feishu:c7"] } };
  expect(of(session, {}, "1")).toBe("agent:main:dm:alice");
  expect(of(session, { channel: "discord", account: "work" }, "2")).toBe("agent:main:dm:alice");
  expect(of(session, { channel: "feishu", chat: "c7" }, "ou_1")).toBe("agent:main:dm:alice");
  expect(of(session, { channel: "discord" }, "2")).toBe("agent:main:discord:dm:2");
  expect(of(session, { channel: "discord" }, "1")).toBe("agent:main:discord:dm:1");
  expect(of(session, { scope: "group", chat: "1" }, "1")).toBe("agent:main:telegram:group:1");
});
