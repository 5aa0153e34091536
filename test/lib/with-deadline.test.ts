import { expect, test } from "bun:test";
import { DeadlineError, withDeadline } from "../../src/lib/with-deadline.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const never = () => new Promise<never>(() => {});
const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error);

test("work that ends in time is what it is, and leaves no timer behind", async () => {
  const clock = new FakeClock();
  expect(await withDeadline(async () => 1, { clock, ms: 10 })).toBe(1);
  expect(
    await failure(withDeadline(() => Promise.reject(new TypeError("x")), { clock, ms: 10 })),
  ).toBeInstanceOf(TypeError);
  await clock.advance(0);
  expect(clock.sleeping).toBe(0);
});

test("work that pays no heed to its signal is not waited for", async () => {
  const clock = new FakeClock();
  let seen: AbortSignal | undefined;
  const late = failure(
    withDeadline(
      (signal) => {
        seen = signal;
        return never();
      },
      { clock, ms: 10 },
    ),
  );
  await clock.advance(9);
  expect(seen?.aborted).toBe(false);
  await clock.advance(1);
  expect(await late).toBeInstanceOf(DeadlineError);
  expect(seen?.aborted).toBe(true);
});

test("a signal ends it before its time, also one that has aborted already", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const why = new Error("stop");
  const stopped = failure(withDeadline(never, { clock, ms: 10, signal: stop.signal }));
  stop.abort(why);
  expect(await stopped).toBe(why);
  expect(await failure(withDeadline(never, { clock, ms: 10, signal: stop.signal }))).toBe(why);
});
