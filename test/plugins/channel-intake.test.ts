import { expect, jest, test } from "bun:test";
import type { Channel } from "../../src/core/channel.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { ChannelIntake } from "../../src/plugins/channel-intake.ts";
import { PlainPlatform } from "../fakes/platforms.ts";
import { noFetch } from "../fakes/no-fetch.ts";

const capabilities = {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
};

function services(...channels: Channel[]) {
  const kept = new Map<string, string>();
  const door = {
    receive: async () => "recorded" as const,
    fetch: noFetch,
    report: async () => "recorded" as const,
    state: {
      get: async (namespace: string, key: string) => kept.get(`${namespace} ${key}`),
      set: async (namespace: string, key: string, value: string) =>
        void kept.set(`${namespace} ${key}`, value),
    },
    mediaDir: "/nowhere",
    log: silentLogger,
  };
  return { kept, all: new ChannelIntake(() => channels, door) };
}

class Broken extends PlainPlatform {
  override async start(): Promise<void> {
    throw new Error("the token is wrong");
  }
}

test("a channel that cannot start costs nobody but itself, and says why", async () => {
  const good = new PlainPlatform("good", capabilities);
  const { all } = services(new Broken("bad", capabilities), good);
  await all.start();
  expect(good.host).toBeDefined();
  expect([...all.failures]).toEqual([["bad/default", "the token is wrong"]]);
});

test("small values that channels keep do not meet those of other channels", async () => {
  const [one, other] = [new PlainPlatform("one", capabilities), new PlainPlatform("other", capabilities)];
  const { all } = services(one, other);
  await all.start();
  await one.host?.state.set("offset", "1");
  await other.host?.state.set("offset", "2");
  expect(await one.host?.state.get("offset")).toBe("1");
});

test("stopping tells every channel, through its signal too", async () => {
  const channel = new PlainPlatform("one", capabilities);
  const { all } = services(channel);
  await all.start();
  const signal = channel.host?.signal;
  await all.stop();
  expect(signal?.aborted).toBe(true);
  expect(channel.host).toBeUndefined();
});

test("a channel that comes while the others run is started, and one that goes is stopped", async () => {
  const [one, late] = [new PlainPlatform("one", capabilities), new PlainPlatform("late", capabilities)];
  const { all } = services(one);
  all.add(late);
  expect(late.host).toBeUndefined();
  await all.start();
  all.add(late);
  const { host } = late;
  expect(host?.signal.aborted).toBe(false);
  await all.remove(late);
  expect([host?.signal.aborted, one.host?.signal.aborted]).toEqual([true, false]);
  expect(late.host).toBeUndefined();
});

test("a channel that hangs holds up neither the start nor the end", async () => {
  jest.useFakeTimers();
  try {
    const forever = () => new Promise<void>(() => {});
    const hanging = Object.assign(new PlainPlatform("slow", capabilities), { start: forever, stop: forever });
    const { all } = services(hanging);
    const started = all.start();
    jest.advanceTimersByTime(60_000);
    await started;
    expect([...all.failures.keys()]).toEqual(["slow/default"]);
    const stopped = all.stop();
    jest.advanceTimersByTime(10_000);
    await stopped;
  } finally {
    jest.useRealTimers();
  }
});
