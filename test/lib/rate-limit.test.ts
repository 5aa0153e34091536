import { expect, test } from "bun:test";
import { RateLimit } from "../../src/lib/rate-limit.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const SETTINGS = { perMinute: 60, burst: 3 };

test("a source may do so much at once, then as fast as its bucket fills up, and is told how long that takes", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(() => SETTINGS, clock);
  expect([limit.take("a"), limit.take("a"), limit.take("a")]).toEqual([0, 0, 0]);
  expect(limit.take("a")).toBe(1000);
  expect(limit.take("b")).toBe(0);
  clock.jump(999);
  expect(limit.take("a")).toBe(1);
  clock.jump(1);
  expect(limit.take("a")).toBe(0);
  expect(limit.take("a")).toBe(1000);
  clock.jump(3_600_000);
  expect([limit.take("a"), limit.take("a"), limit.take("a")]).toEqual([0, 0, 0]);
  expect(limit.take("a")).toBeGreaterThan(0);
});

test("whoever waits as long as it was told may go on", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(() => ({ perMinute: 7, burst: 1 }), clock);
  for (let round = 0; round < 50; round++) {
    expect(limit.take("a")).toBe(0);
    clock.jump(limit.take("a"));
  }
});

test("a clock that is set back gives nothing away and locks nobody out for longer", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(() => SETTINGS, clock);
  for (let i = 0; i < 3; i++) limit.take("a");
  clock.jump(-3_600_000);
  expect(limit.take("a")).toBe(1000);
  clock.jump(1000);
  expect(limit.take("a")).toBe(0);
});

test("a flood of sources takes no more memory than it may, and those in use are kept", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(() => SETTINGS, clock, 100);
  for (let i = 0; i < 3; i++) limit.take("busy");
  for (let i = 0; i < 10_000; i++) {
    limit.take(`source ${i}`);
    if (i % 50 === 0) limit.take("busy");
  }
  expect(limit.size).toBe(100);
  expect(limit.take("busy")).toBe(1000);
});
