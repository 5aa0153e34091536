import { expect, test } from "bun:test";
import { CallRate } from "../../../../../src/plugins/builtin/discord/outgoing/call-rate.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";

const NEVER = new AbortController().signal;
const LIMIT = { mostCalls: 4, withinMs: 1000 };

/** Calls that tell when they went out; each is answered after `answerMs`. */
function calls(clock: FakeClock, rate: CallRate, count: number, answerMs: number): number[] {
  const went: number[] = [];
  const make = async () => {
    await rate.enter(NEVER);
    went.push(clock.now());
    await clock.sleep(answerMs);
    rate.leave();
  };
  for (let call = 0; call < count; call += 1) void make();
  return went;
}

test("calls go at once until the limit, and then one for each that was answered a second ago", async () => {
  const clock = new FakeClock(0);
  const went = calls(clock, new CallRate(LIMIT, clock), 10, 300);
  await clock.advance(5000);
  expect(went).toEqual([0, 0, 0, 0, 1300, 1300, 1300, 1300, 2600, 2600]);
});

test("wherever in its time each call arrives, no second sees more than the limit", async () => {
  const clock = new FakeClock(0);
  const rate = new CallRate(LIMIT, clock);
  const arrivals: number[] = [];
  const make = async (call: number) => {
    await rate.enter(NEVER);
    const takesMs = (call * 137) % 900;
    arrivals.push(clock.now() + (call % 2) * takesMs);
    await clock.sleep(takesMs);
    rate.leave();
  };
  for (let call = 0; call < 40; call += 1) void make(call);
  await clock.advance(60_000);
  expect(arrivals).toHaveLength(40);
  for (const start of arrivals) {
    expect(arrivals.filter((at) => at >= start && at < start + 1000).length).toBeLessThanOrEqual(4);
  }
});

test("one that is given up lets those behind it go, and a clock that is set back holds nobody for long", async () => {
  const clock = new FakeClock(0);
  const rate = new CallRate(LIMIT, clock);
  calls(clock, rate, 4, 0);
  await clock.advance(0);
  const over = new AbortController();
  const given = rate.enter(over.signal);
  const behind = calls(clock, rate, 1, 0);
  over.abort();
  expect(await given).toBe(false);
  clock.jump(-3_600_000);
  await clock.advance(1000);
  expect(behind).toHaveLength(1);
});

test("there is plenty while less than half of the limit is used", async () => {
  const clock = new FakeClock(0);
  const rate = new CallRate(LIMIT, clock);
  calls(clock, rate, 1, 0);
  await clock.advance(0);
  expect(rate.hasPlenty).toBe(true);
  calls(clock, rate, 1, 0);
  await clock.advance(0);
  expect(rate.hasPlenty).toBe(false);
  await clock.advance(1000);
  expect(rate.hasPlenty).toBe(true);
});
