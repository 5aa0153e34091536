import { expect, test } from "bun:test";
import type { Channel } from "../../src/core/channel.ts";
import type { Address } from "../../src/core/message.ts";
import { deliveriesOf } from "../../src/delivery/deliveries-of.ts";
import { quoteOf, replyStyleOf } from "../../src/delivery/reply-style.ts";
import { EditingPlatform } from "../fakes/platforms.ts";

const to: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const channel: Channel = new EditingPlatform("fake", {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
});

const quoted = (replyToMode: "off" | "first" | "all", replyTo?: string) => {
  const message = { kind: "text", markdown: "one two three four", ...(replyTo ? { replyTo } : {}) } as const;
  const quote = quoteOf({ replyToMode }, "m7");
  return deliveriesOf(message, { to, channel, keyOf: String, quote }).map(({ message: part }) =>
    part.kind === "text" ? part.replyTo : undefined,
  );
};

test("no part, the first, or all parts of an answer quote what they answer", () => {
  expect(quoted("off")).toEqual([undefined, undefined]);
  expect(quoted("first")).toEqual(["m7", undefined]);
  expect(quoted("all")).toEqual(["m7", "m7"]);
});

test("what a message quotes by its own wish stays", () => {
  expect(quoted("first", "m1")).toEqual(["m1", "m1"]);
});

test("a channel without settings edits one message and quotes nothing", () => {
  expect(replyStyleOf(channel, to)).toEqual({
    streamingMode: "partial",
    showTools: true,
    showThinking: false,
    replyToMode: "off",
  });
});
