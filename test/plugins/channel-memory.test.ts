import { expect, test } from "bun:test";
import { silentLogger } from "../../src/lib/logger.ts";
import { ChannelMemory } from "../../src/plugins/channel-memory.ts";

/** What the gateway's store holds, and how often it was written to. */
function storeOf(values = new Map<string, string>()) {
  let writes = 0;
  const state = {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: string) => {
      writes += 1;
      values.set(key, value);
    },
  };
  return { values, state, writes: () => writes };
}

test("a value outlives the process once the channel has started, and costs a write only when it changes", async () => {
  const store = storeOf();
  const memory = new ChannelMemory();
  memory.attach(store.state, silentLogger);
  await memory.set("a", "1");
  await memory.set("a", "1");
  expect(store.writes()).toBe(1);
  const later = new ChannelMemory();
  later.attach(store.state, silentLogger);
  await later.set("a", "1");
  expect(store.writes()).toBe(1);
  expect(await later.get("a")).toBe("1");
});

test("the process holds only so many values, and the store has the rest", async () => {
  const store = storeOf();
  const memory = new ChannelMemory();
  memory.attach(store.state, silentLogger);
  for (let person = 0; person < 10_000; person += 1) await memory.set(`person/${person}`, `${person}`);
  const lost = new Map(store.values);
  store.values.clear();
  expect(await memory.get("person/9999")).toBe("9999");
  expect(await memory.get("person/0")).toBeUndefined();
  for (const [key, value] of lost) store.values.set(key, value);
  expect(await memory.get("person/0")).toBe("0");
});

test("a look that takes its time does not bring back what was changed meanwhile", async () => {
  const store = storeOf(new Map([["a", "old"]]));
  const asked = Promise.withResolvers<void>();
  const memory = new ChannelMemory();
  const slow = async (key: string) => {
    const value = store.values.get(key);
    if (value === "old") await asked.promise;
    return value;
  };
  memory.attach({ ...store.state, get: slow }, silentLogger);
  const look = memory.get("a");
  store.values.delete("a");
  await memory.set("a", "new");
  asked.resolve();
  expect(await look).toBe("new");
  expect(await memory.get("a")).toBe("new");
});
