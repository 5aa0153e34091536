import { expect, test } from "bun:test";
import { Places } from "../../src/core/pool-places.ts";
import { systemClock } from "../../src/lib/clock.ts";

const NEVER = new AbortController().signal;

test("no more places are taken than there are, and the first to wait is the first to get one", async () => {
  const places = new Places(() => 2, systemClock);
  expect(await places.take(NEVER)).toBe(true);
  expect(await places.take(NEVER)).toBe(true);
  const order: string[] = [];
  const first = places.take(NEVER).then(() => order.push("first"));
  const second = places.take(NEVER).then(() => order.push("second"));
  expect(places.waiting).toBe(2);
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
  expect(await gaveUp).toBe(false);
  places.giveBack();
  expect(await patient).toBe(true);
  expect(await places.take(AbortSignal.abort())).toBe(false);
});

test("more places are given out as soon as there are more", async () => {
  let max = 1;
  const places = new Places(() => max, systemClock);
  await places.take(NEVER);
  const waiting = places.take(NEVER);
  max = 2;
  places.grant();
  expect(await waiting).toBe(true);
});

test("closed places turn everybody away, until they are opened again", async () => {
  const places = new Places(() => 1, systemClock);
  await places.take(NEVER);
  const waiting = places.take(NEVER);
  places.close();
  expect(await waiting).toBe(false);
  expect(await places.take(NEVER)).toBe(false);
  places.giveBack();
  places.open();
  expect(await places.take(NEVER)).toBe(true);
});
