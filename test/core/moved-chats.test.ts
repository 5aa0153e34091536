import { expect, test } from "bun:test";
import type { Address } from "../../src/core/message.ts";
import { MovedChats } from "../../src/core/moved-chats.ts";
import type { StateLedger } from "../../src/core/store.ts";

const GROUP: Address = { channel: "fake", account: "default", scope: "group", chat: "-5" };
const NOW: Address = { ...GROUP, chat: "-1005" };

function memory(): StateLedger {
  const kept = new Map<string, string>();
  return {
    get: async (namespace, key) => kept.get(`${namespace} ${key}`),
    set: async (namespace, key, value) => void kept.set(`${namespace} ${key}`, value),
  };
}

test("a chat that has got another address is found there, also its threads, and by the next start", async () => {
  const state = memory();
  await new MovedChats(state).note(GROUP, NOW);
  const moved = new MovedChats(state);
  expect(await moved.now(GROUP)).toEqual(NOW);
  expect(await moved.now({ ...GROUP, thread: "7" })).toEqual({ ...NOW, thread: "7" });
  for (const other of [NOW, { ...GROUP, account: "work" }, { ...GROUP, channel: "other" }]) {
    expect(await moved.now(other)).toEqual(other);
  }
});

test("one that moves again is followed, and a ring of addresses ends", async () => {
  const moved = new MovedChats(memory());
  await moved.note(GROUP, NOW);
  await moved.note(NOW, { ...GROUP, chat: "-7" });
  expect(await moved.now(GROUP)).toMatchObject({ chat: "-7" });
  await moved.note({ ...GROUP, chat: "-7" }, GROUP);
  expect(await moved.now(GROUP)).toMatchObject({ channel: "fake" });
});
