import { expect, test } from "bun:test";
import { PoolWaits } from "../../src/core/pool-waits.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

test("the longest wait is kept, and a long one is told with the setting that would help, once a minute", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const log = { ...silentLogger, warn: (_: object, message: string) => void told.push(message) };
  const waits = new PoolWaits(clock, log);
  for (const waitedMs of [5, 9000, 12_000, 11_000]) waits.note(waitedMs, 4);
  expect(waits.longestMs).toBe(12_000);
  expect(told).toEqual([expect.stringContaining("agent.pool.max")]);
  await clock.advance(61_000);
  waits.note(10_000, 4);
  expect(told).toHaveLength(2);
});
