import { expect, test } from "bun:test";
import { keepLease, LEASE_MS } from "../../src/pipeline/lease.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

function keeping(extend: () => Promise<boolean>) {
  const clock = new FakeClock();
  const over = new AbortController();
  let lost = 0;
  const kept = keepLease(extend, clock, over.signal, () => void lost++);
  return { clock, over, kept, lost: () => lost };
}

test("a lease is extended well before it runs out, for as long as the work lasts", async () => {
  let extended = 0;
  const { clock, over, kept, lost } = keeping(async () => ++extended > 0);
  await clock.advance(10 * LEASE_MS);
  expect(extended).toBe(30);
  over.abort();
  await kept;
  expect(lost()).toBe(0);
});

test("a lease that somebody else has is given up at once", async () => {
  const { clock, kept, lost } = keeping(async () => false);
  await clock.advance(LEASE_MS / 3);
  await kept;
  expect(lost()).toBe(1);
});

test("a store that cannot write for a moment costs nothing; for as long as the lease, it does", async () => {
  let isDown = true;
  const { clock, lost } = keeping(async () => {
    if (isDown) throw new Error("down");
    return true;
  });
  await clock.advance(LEASE_MS / 2);
  isDown = false;
  await clock.advance(LEASE_MS);
  expect(lost()).toBe(0);
  isDown = true;
  await clock.advance(2 * LEASE_MS);
  expect(lost()).toBe(1);
});
