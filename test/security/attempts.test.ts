import { expect, test } from "bun:test";
import { Attempts } from "../../src/security/attempts.ts";

function attemptsAt() {
  let nowMs = 0;
  const attempts = new Attempts({ now: () => nowMs }, { addresses: 3 });
  const fail = (remote: string, times: number) => {
    for (let i = 0; i < times; i += 1) attempts.noteFailure(remote);
  };
  return { attempts, fail, moveTo: (ms: number) => (nowMs = ms) };
}

test("the tenth wrong credential within a minute makes an address wait until the minute is over", () => {
  const { attempts, fail, moveTo } = attemptsAt();
  fail("10.0.0.1", 9);
  expect(attempts.waitMs("10.0.0.1")).toBe(0);
  moveTo(20_000);
  fail("10.0.0.1", 1);
  expect(attempts.waitMs("10.0.0.1")).toBe(40_000);
  expect(attempts.waitMs("10.0.0.2")).toBe(0);
  moveTo(60_000);
  expect(attempts.waitMs("10.0.0.1")).toBe(0);
  fail("10.0.0.1", 1);
  expect(attempts.waitMs("10.0.0.1")).toBe(0);
});

test("this machine's own programs may be wrong more often, but not for ever", () => {
  const { attempts, fail } = attemptsAt();
  fail("127.0.0.1", 30);
  fail("::1", 29);
  expect(attempts.waitMs("::ffff:127.0.0.1")).toBe(0);
  fail("::1", 1);
  expect(attempts.waitMs("127.0.0.1")).toBeGreaterThan(0);
});

test("whoever has an IPv6 network does not get a fresh start with each of its addresses", () => {
  const { attempts, fail } = attemptsAt();
  for (let i = 1; i <= 10; i += 1) fail(`2001:db8:1:2::${i}`, 1);
  expect(attempts.waitMs("2001:db8:1:2:ffff:1:2:3")).toBeGreaterThan(0);
  expect(attempts.waitMs("2001:db8:1:3::1")).toBe(0);
});

test("only so many addresses are remembered", () => {
  const { attempts, fail } = attemptsAt();
  for (const last of [1, 2, 3, 4]) fail(`10.0.0.${last}`, 10);
  expect(attempts.waitMs("10.0.0.1")).toBe(0);
  expect(attempts.waitMs("10.0.0.4")).toBeGreaterThan(0);
});
