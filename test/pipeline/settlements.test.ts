import { expect, test } from "bun:test";
import type { DeliveryState } from "../../src/core/store.ts";
import { Settlements } from "../../src/pipeline/settlements.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const ref = { address: { channel: "fake", account: "default", scope: "dm", chat: "42" }, id: "7" } as const;
const SENT: DeliveryState = { state: "sent", ref };

function setUp(first: DeliveryState | undefined) {
  const clock = new FakeClock();
  const world = { delivery: first };
  const settlements = new Settlements({ find: async () => world.delivery }, clock);
  const over = new AbortController();
  const waited = settlements.wait("k", clock.now() + 1000, over.signal);
  return { clock, world, settlements, over, waited };
}

test("whoever waits for a delivery learns of its end at once", async () => {
  const { clock, world, settlements, waited } = setUp({ state: "pending" });
  await clock.advance(0);
  world.delivery = { state: "sending" };
  settlements.note("k");
  await clock.advance(0);
  world.delivery = SENT;
  settlements.note("k");
  expect(await waited).toEqual(SENT);
});

test("what has ended already is not waited for, nor what is not there", async () => {
  expect(await setUp(SENT).waited).toEqual(SENT);
  expect(await setUp({ state: "dead", error: "no" }).waited).toEqual({ state: "dead", error: "no" });
  expect(await setUp(undefined).waited).toBeUndefined();
});

test("nobody waits longer than they want to", async () => {
  const late = setUp({ state: "pending" });
  await late.clock.advance(1000);
  expect(await late.waited).toEqual({ state: "pending" });
  const stopped = setUp({ state: "pending" });
  await stopped.clock.advance(0);
  stopped.over.abort();
  expect(await stopped.waited).toEqual({ state: "pending" });
});
