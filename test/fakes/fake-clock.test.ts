import { expect, test } from "bun:test";
import { FakeClock } from "./fake-clock.ts";

test("time stands still until the test moves it", async () => {
  const clock = new FakeClock(1000);
  let woke = false;
  const sleeping = clock.sleep(100).then(() => (woke = true));
  await clock.advance(99);
  expect([clock.now(), woke]).toEqual([1099, false]);
  await clock.advance(1);
  await sleeping;
  expect([clock.now(), woke]).toEqual([1100, true]);
});

test("sleepers wake in order, each at its own time, and may sleep again within one advance", async () => {
  const clock = new FakeClock(0);
  const log: string[] = [];
  const loop = async (name: string, ms: number) => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(ms);
      log.push(`${name}@${clock.now()}`);
    }
  };
  const loops = Promise.all([loop("slow", 30), loop("fast", 20)]);
  await clock.advance(90);
  await loops;
  expect(log).toEqual(["fast@20", "slow@30", "fast@40", "slow@60", "fast@60", "slow@90"]);
});

test("an aborted sleep ends at once and leaves nobody asleep", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(1000, stop.signal);
  expect(clock.sleeping).toBe(1);
  stop.abort();
  await sleeping;
  await clock.sleep(1000, stop.signal);
  expect([clock.sleeping, clock.nextDueAtMs]).toEqual([0, undefined]);
});

test("whoever waits for slivers of a millisecond gets on, as with a real clock", async () => {
  const clock = new FakeClock(1_700_000_000_000);
  let rounds = 0;
  const untilMs = clock.now() + 3;
  const waiting = (async () => {
    for (; clock.now() < untilMs; rounds++) await clock.sleep(1e-10);
  })();
  await clock.advance(3);
  await waiting;
  expect(rounds).toBe(3);
});
