import { expect, test } from "bun:test";
import { Places } from "../../src/core/pool-places.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const NEVER = new AbortController().signal;

test("no more places are taken than there are, and the first to wait is the first to get one", async () => {
  const places = new Places(() => 2, systemClock);
  expect(await places.take(NEVER)).toBe(0);
  expect(await places.take(NEVER)).toBe(0);
  const order: string[] = [];
  const first = places.take(NEVER).then(() => order.push("first"));
  const second = places.take(NEVER).then(() => order.push("second"));
  places.giveBack();
  await first;
  expect(order).toEqual(["first"]);
  places.giveBack();
  await second;
  expect(order).toEqual(["first", "second"]);
});

test("who gives up waiting gets none, and keeps nobody else from one", async () => {
  const places = new Places(() => 1, systemClock);
  await places.take(NEVER);
  const impatient = new AbortController();
  const gaveUp = places.take(impatient.signal);
  const patient = places.take(NEVER);
  impatient.abort();
  expect(await gaveUp).toBeUndefined();
  places.giveBack();
  expect(await patient).toBeNumber();
  expect(await places.take(AbortSignal.abort())).toBeUndefined();
});

test("more places are given out as soon as there are more", async () => {
  let max = 1;
  const places = new Places(() => max, systemClock);
  await places.take(NEVER);
  const waiting = places.take(NEVER);
  max = 2;
  places.grant();
  expect(await waiting).toBeNumber();
});

test("whoever waited learns for how long", async () => {
  const clock = new FakeClock();
  const places = new Places(() => 1, clock);
  await places.take(NEVER);
  const waiting = places.take(NEVER);
  await clock.advance(5000);
  places.giveBack();
  expect(await waiting).toBe(5000);
});

test("closed places turn everybody away, until they are opened again", async () => {
  const places = new Places(() => 1, systemClock);
  await places.take(NEVER);
  const waiting = places.take(NEVER);
  places.close();
  expect(await waiting).toBeUndefined();
  expect(await places.take(NEVER)).toBeUndefined();
  places.giveBack();
  places.open();
  expect(await places.take(NEVER)).toBe(0);
});

test("whoever waits for another lends a place to it, and takes it back afterwards", async () => {
  const clock = new FakeClock();
  const places = new Places(() => 1, clock);
  await places.take(NEVER);
  const other = places.take(NEVER);
  const done = Promise.withResolvers<void>();
  const waiting = places.lend(() => done.promise);
  expect(await other).toBeNumber();
  expect(places.room).toBe(2);
  done.resolve();
  await waiting;
  expect(places.room).toBe(1);
  const third = places.take(NEVER);
  places.giveBack();
  await clock.advance(7);
  places.giveBack();
  // The first place that came back was the one that was lent.
  expect(await third).toBe(7);
});
