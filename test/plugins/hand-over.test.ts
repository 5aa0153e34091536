import { expect, test } from "bun:test";
import { handOver } from "../../src/plugins/hand-over.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { keepLines } from "../fakes/log-lines.ts";

function world() {
  const clock = new FakeClock(0);
  const over = new AbortController();
  const { log, lines } = keepLines();
  const parts = { clock, log, signal: over.signal, about: { id: "m1" } };
  return { clock, over, lines, parts };
}

test("what the gateway has no room for is given again, for as long as it takes", async () => {
  const { clock, lines, parts } = world();
  let tries = 0;
  const given = handOver(async () => ((tries += 1) < 50 ? "busy" : "recorded"), parts);
  await clock.advance(60_000);
  expect(await given).toBe(true);
  expect(tries).toBe(50);
  expect(lines).toEqual([]);
});

test("a fault that stays costs one message, and the log says which", async () => {
  const { clock, lines, parts } = world();
  let tries = 0;
  const given = handOver(() => Promise.reject(new Error(`broken ${(tries += 1)}`)), parts);
  await clock.advance(60_000);
  expect(await given).toBe(true);
  expect(tries).toBe(5);
  expect(lines.at(-1)).toMatchObject({ level: "error", id: "m1", isLost: true });
});

test("what was not taken when the gateway stops is not said to be", async () => {
  const { clock, over, parts } = world();
  const given = handOver(async () => "busy", parts);
  await clock.advance(3000);
  over.abort();
  expect(await given).toBe(false);
});
