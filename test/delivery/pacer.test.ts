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

test("a rate limit of a whole account holds all of its chats, and no other account", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  pacer.hold("telegram/default", 5000);
  expect(pacer.waitMs("telegram/default/1", PACE)).toBe(5000);
  expect(pacer.heldMs("telegram/default/2")).toBe(5000);
  expect(pacer.heldMs("telegram/default2/1")).toBe(0);
  expect(pacer.heldMs("telegram/other/1")).toBe(0);
  await clock.advance(5000);
  expect(pacer.waitMs("telegram/default/1", PACE)).toBe(0);
});

test("a hold of one kind of call leaves the others of the chat alone", () => {
  const pacer = new Pacer(new FakeClock());
  pacer.hold("telegram/default/1/typing", 5000);
  expect(pacer.heldMs("telegram/default/1/typing")).toBe(5000);
  expect(pacer.heldMs("telegram/default/1")).toBe(0);
  pacer.hold("telegram/default/1", 7000);
  expect(pacer.heldMs("telegram/default/1/typing")).toBe(7000);
});

test("a shorter hold does not end a longer one", () => {
  const pacer = new Pacer(new FakeClock());
  pacer.hold("a/b/c", 7000);
  pacer.hold("a/b/c", 10);
  expect(pacer.heldMs("a/b/c")).toBe(7000);
});

test("20 chats at once do not wait for each other", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const went = await Promise.all(
    Array.from({ length: 20 }, (_, chat) => pacer.preview(`a/b/${chat}`, PACE, never)),
  );
  expect(went).toEqual(Array.from({ length: 20 }, () => true));
  expect(clock.sleeping).toBe(0);
});

test("a call that is not worth waiting for takes all it needs or nothing", () => {
  const pacer = new Pacer(new FakeClock());
  expect(pacer.mayTake("chat", { ...PACE, burst: 3 }, 2)).toBe(true);
  expect(pacer.mayTake("chat", { ...PACE, burst: 3 }, 2)).toBe(false);
  expect(pacer.mayTake("chat", { ...PACE, burst: 3 }, 1)).toBe(true);
});

test("chats that were quiet for long are forgotten, busy ones are not", async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  for (let chat = 0; chat < 900; chat++) pacer.take(`a/b/${chat}`, PACE);
  await clock.advance(61_000);
  const busy = Array.from({ length: 1200 }, (_, chat) => `a/c/${chat}`);
  for (const key of busy) for (const _ of [1, 2]) pacer.take(key, PACE);
  expect(busy.every((key) => pacer.waitMs(key, PACE) > 0)).toBe(true);
  expect(pacer.size).toBe(1200);
});

test("however many chats are busy, memory is bounded", () => {
  const pacer = new Pacer(new FakeClock());
  for (let chat = 0; chat < 30_000; chat++) pacer.take(`a/b/${chat}`, PACE);
  for (let chat = 0; chat < 30_000; chat++) pacer.hold(`a/b/${chat}`, 1000);
  expect(pacer.size).toBeLessThanOrEqual(11_001);
});
