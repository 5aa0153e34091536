import { expect, test } from "bun:test";
import { Wake } from "../../src/lib/wake.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const never = new AbortController().signal;

function waiting(wake: Wake, ms: number, signal = never) {
  const state = { isOver: false };
  void wake.wait(ms, signal).then(() => (state.isOver = true));
  return state;
}

test("a ring ends the wait at once", async () => {
  const clock = new FakeClock();
  const wake = new Wake(clock);
  const wait = waiting(wake, 1000);
  await clock.advance(1);
  expect(wait.isOver).toBe(false);
  wake.ring();
  await clock.advance(0);
  expect(wait.isOver).toBe(true);
});

test("a ring while nobody waits is not lost, and counts once", async () => {
  const clock = new FakeClock();
  const wake = new Wake(clock);
  wake.ring();
  wake.ring();
  await wake.wait(1000, never);
  const second = waiting(wake, 1000);
  await clock.advance(999);
  expect(second.isOver).toBe(false);
  await clock.advance(1);
  expect(second.isOver).toBe(true);
});

test("an aborted signal ends the wait and leaves no timer behind", async () => {
  const clock = new FakeClock();
  const over = new AbortController();
  const wait = waiting(new Wake(clock), 1000, over.signal);
  over.abort();
  await clock.advance(0);
  expect(wait.isOver).toBe(true);
  expect(clock.sleeping).toBe(0);
});
