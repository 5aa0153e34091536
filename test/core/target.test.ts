import { expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import { addressOf, formatTarget, parseTarget } from "../../src/core/target.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

const channel = new PlainPlatform("telegram", {
  text: { limit: 1 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
});

test.each([
  ["telegram:123456789", { channel: "telegram", account: "default", chat: "123456789" }],
  ["telegram:work:123", { channel: "telegram", account: "work", chat: "123" }],
  ["telegram:default:123:topic:456", { channel: "telegram", account: "default", chat: "123", topic: "456" }],
  ["telegram:-100123:topic:456", { channel: "telegram", account: "default", chat: "-100123", topic: "456" }],
  ["discord:789012345", { channel: "discord", account: "default", chat: "789012345" }],
  ["discord:dm:42", { channel: "discord", account: "default", chat: "42", scope: "dm" }],
  [
    "discord:work:channel:7:thread:8",
    { channel: "discord", account: "work", chat: "7", scope: "channel", thread: "8" },
  ],
] as const)("%s names a place", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});

test.each(["", "telegram", "telegram:", ":1", "Telegram:1", "telegram:a:b:c", "telegram::1"])(
  "%p is refused with the form of a target",
  (text) => {
    expect(() => parseTarget(text)).toThrow("A target is channel:");
    expect(configSchema({}).safeParse({ owners: [text] }).success).toBe(false);
  },
);

test("a topic is an address of its own", () => {
  expect(addressOf(parseTarget("telegram:-100123:topic:456"), channel)).toEqual({
    channel: "telegram",
    account: "default",
    scope: "topic",
    chat: "-100123",
    thread: "456",
  });
});

test("an address is written so that it is read back as the same, also where a plain id is no person's", () => {
  const plainChannel = {
    addressOf: (chat: string) =>
      ({ channel: "discord", account: "default", scope: "channel", chat }) as const,
  };
  const whole = Object.assign(Object.create(channel) as typeof channel, plainChannel);
  const dm = { channel: "discord", account: "work", scope: "dm", chat: "42" } as const;
  const room = { ...dm, account: "default", scope: "channel" } as const;
  expect(formatTarget(dm, plainChannel)).toBe("discord:work:dm:42");
  expect(formatTarget(room, plainChannel)).toBe("discord:42");
  expect(formatTarget({ ...room, scope: "thread", thread: "7" }, plainChannel)).toBe("discord:42:thread:7");
  expect(formatTarget(dm)).toBe("discord:work:42");
  for (const address of [dm, room]) {
    expect(addressOf(parseTarget(formatTarget(address, plainChannel)), whole)).toEqual(address);
  }
});
