import { expect, test } from "bun:test";
import { isWithin, systemClock } from "../../src/lib/clock.ts";

test("a sleep ends at once when its signal aborts, before or meanwhile, and never rejects", async () => {
  const over = new AbortController();
  const asleep = systemClock.sleep(60_000, over.signal);
  over.abort();
  expect(await asleep).toBeUndefined();
  expect(await systemClock.sleep(60_000, over.signal)).toBeUndefined();
});

test("a span is over at its end, and once the clock is set back to before it began", () => {
  expect([99, 100, 149, 150, 1e9].map((now) => isWithin(50, 100, now))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
});
