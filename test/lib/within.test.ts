import { expect, test } from "bun:test";
import { within } from "../../src/lib/within.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const late = () => new Error("late");
const NEVER = new AbortController().signal;

test("what is done in time is the result, and no timer stays behind", async () => {
  const clock = new FakeClock();
  expect(await within(1000, { clock, signal: NEVER, late }, async () => "done")).toBe("done");
  expect(clock.sleeping).toBe(0);
  const failing = within(1000, { clock, signal: NEVER, late }, () => Promise.reject(new Error("own")));
  expect(await failing.catch((error: unknown) => error)).toEqual(new Error("own"));
  expect(clock.sleeping).toBe(0);
});

test("what takes longer is told so and not waited for, even if it does not listen", async () => {
  const clock = new FakeClock();
  let told: unknown;
  const slow = within(1000, { clock, signal: NEVER, late }, (signal) => {
    signal.addEventListener("abort", () => (told = signal.reason));
    return new Promise(() => {});
  });
  const failed = slow.catch((error: unknown) => error);
  await clock.advance(1000);
  expect(await failed).toEqual(new Error("late"));
  expect(told).toEqual(new Error("late"));
});

test("whoever gives up is heard at once", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const slow = within(1000, { clock, signal: stop.signal, late }, () => new Promise(() => {}));
  stop.abort(new Error("enough"));
  expect(await slow.catch((error: unknown) => error)).toEqual(new Error("enough"));
  const never = within(1000, { clock, signal: stop.signal, late }, async () => "done");
  expect(await never.catch((error: unknown) => error)).toEqual(new Error("enough"));
});
