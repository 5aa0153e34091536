import { expect, test } from "bun:test";
import { Pacer } from "../../src/delivery/pacer.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const PACE = { perChatMs: 1000, perPreviewMs: 1100 };
const never = new AbortController().signal;

test("a chat may be written to a few times at once after a quiet time, then at its pace", () => {
  const pacer = new Pacer(new FakeClock());
  const waits = [1, 2, 3, 4].map(() => {
    const wait = pacer.waitMs("chat", PACE);
    if (wait === 0) pacer.take("chat", PACE);
    return wait;
  });
  expect(waits).toEqual([0, 0, 1000, 1000]);
});

test("previews leave one call for the complete answer", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  expect(await pacer.preview("chat", PACE, never)).toBe(true);
  expect(pacer.waitMs("chat", PACE)).toBe(0);
});

test("previews of one reply keep their distance, however fast the text grows", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const at: number[] = [];
  const previews = (async () => {
    for (let shown = 0; shown < 4; shown++) {
      await pacer.preview("chat", PACE, never);
      at.push(clock.now());
    }
  })();
  await clock.advance(10_000);
  await previews;
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(PACE.perPreviewMs);
});

test("an abort ends the wait of a preview at once and counts nothing", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  pacer.take("chat", PACE);
  const over = new AbortController();
  const waiting = pacer.preview("chat", PACE, over.signal);
  over.abort();
  expect(await waiting).toBe(false);
  expect(pacer.waitMs("chat", PACE)).toBe(0);
});

test("after a rate limit nothing goes to the chat until the platform's time is over, other chats go on", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  pacer.hold("chat", 5000);
  expect(pacer.waitMs("chat", PACE)).toBeGreaterThanOrEqual(5000);
  expect(pacer.waitMs("other", PACE)).toBe(0);
  await clock.advance(6000);
  expect(pacer.waitMs("chat", PACE)).toBe(0);
});

test("a channel without a pace never waits", () => {
  const pacer = new Pacer(new FakeClock());
  const free = { perChatMs: 0, perPreviewMs: 0 };
  for (let call = 0; call < 1000; call++) {
    expect(pacer.waitMs("chat", free)).toBe(0);
    pacer.take("chat", free);
  }
});
