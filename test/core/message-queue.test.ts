import { expect, test } from "bun:test";
import { queueSchema } from "../../src/core/config-sections/pipeline.ts";
import { isSamePlace, mergeKey, MessageQueue } from "../../src/core/message-queue.ts";
import { CHAT, inbound, SESSION } from "../fakes/path-world.ts";

const queue = (inSession: number, inAll: number, section: object = {}) =>
  new MessageQueue({ depth: async (session) => (session ? inSession : inAll), waiting: async () => [] }, () =>
    queueSchema.parse(section),
  );

test("the rules are those of the session, else of its channel, else of all", async () => {
  expect(queue(0, 0).rules("fake", undefined)).toEqual({
    mode: "steer",
    debounceMs: 500,
    cap: 20,
    drop: "summarize",
  });
  const configured = queue(0, 0, { mode: "collect", byChannel: { fake: { mode: "followup", cap: 3 } } });
  expect(configured.rules("other", undefined)).toMatchObject({ mode: "collect", cap: 20 });
  expect(configured.rules("fake", undefined)).toMatchObject({ mode: "followup", cap: 3 });
  expect(configured.rules("fake", { mode: "interrupt", drop: "old", debounceMs: 0 })).toEqual({
    mode: "interrupt",
    debounceMs: 0,
    cap: 3,
    drop: "old",
  });
});

test("only messages whose answer goes to the same place become one turn", () => {
  const keyOf = (id: string, more: object = {}, mode: "collect" | "followup" = "collect") =>
    mergeKey(id, { ...inbound(id, "x"), ...more }, { mode });
  expect(keyOf("1")).toBe(keyOf("2"));
  expect(keyOf("1")).not.toBe(keyOf("2", { address: { ...CHAT, chat: "43" } }));
  expect(keyOf("1")).not.toBe(keyOf("2", { address: { ...CHAT, thread: "7" } }));
  expect(keyOf("1", { isPiCommand: true })).not.toBe(keyOf("2", { isPiCommand: true }));
  expect(keyOf("1", {}, "followup")).not.toBe(keyOf("2", {}, "followup"));
  expect(isSamePlace(CHAT, { ...CHAT })).toBe(true);
  expect(isSamePlace(CHAT, { ...CHAT, account: "work" })).toBe(false);
});

test("how much waits in a session is the store's to say", async () => {
  expect(await queue(7, 9).depth(SESSION)).toBe(7);
});

test("the gateway is saturated at its limit: platforms then keep their messages", async () => {
  expect(await queue(0, 999).isSaturated()).toBe(false);
  expect(await queue(0, 1000).isSaturated()).toBe(true);
});
