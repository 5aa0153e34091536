import { expect, test } from "bun:test";
import { MessageQueue } from "../../src/core/message-queue.ts";
import { SESSION } from "../fakes/path-world.ts";

const queue = (inSession: number, inAll: number) =>
  new MessageQueue({ depth: async (session) => (session ? inSession : inAll) }, () => ({
    maxPerSession: 20,
    globalMaxPending: 1000,
  }));

test("a session is full at its own limit, or when the whole gateway is", async () => {
  expect(await queue(19, 500).isFull(SESSION)).toBe(false);
  expect(await queue(20, 500).isFull(SESSION)).toBe(true);
  expect(await queue(0, 1000).isFull(SESSION)).toBe(true);
});

test("the gateway is saturated at its limit: platforms then keep their messages", async () => {
  expect(await queue(0, 999).isSaturated()).toBe(false);
  expect(await queue(0, 1000).isSaturated()).toBe(true);
});
