import { expect, test } from "bun:test";
import { systemClock } from "../../src/lib/clock.ts";

test("a sleep ends at once when its signal aborts, before or meanwhile, and never rejects", async () => {
  const over = new AbortController();
  const asleep = systemClock.sleep(60_000, over.signal);
  over.abort();
  expect(await asleep).toBeUndefined();
  expect(await systemClock.sleep(60_000, over.signal)).toBeUndefined();
});
