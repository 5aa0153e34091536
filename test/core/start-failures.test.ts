import { expect, test } from "bun:test";
import { AgentError } from "../../src/core/errors.ts";
import { StartFailures } from "../../src/core/start-failures.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

test("each further failure makes the pause longer, up to half a minute", () => {
  const clock = new FakeClock();
  const failures = new StartFailures(clock, silentLogger);
  const pauses: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    failures.note(new Error("no"));
    pauses.push(failures.pauseMs);
    clock.jump(failures.pauseMs);
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("several starts that fail together count once", () => {
  const failures = new StartFailures(new FakeClock(), silentLogger);
  for (let at = 0; at < 5; at += 1) failures.note(new Error("no"));
  expect(failures.pauseMs).toBe(1000);
});

test("during the pause everybody is told why, and when to come again", () => {
  const clock = new FakeClock();
  const failures = new StartFailures(clock, silentLogger);
  failures.throwIfPaused();
  failures.note(new AgentError("unavailable", "internal", { userMessage: "Install pi." }));
  expect(failures.lastError).toBe("internal");
  try {
    failures.throwIfPaused();
    throw new Error("it did not throw");
  } catch (error) {
    expect(error).toMatchObject({
      code: "unavailable",
      retry: { afterMs: 1000 },
      userMessage: "Install pi.",
    });
  }
  clock.jump(1000);
  failures.throwIfPaused();
});

test("a start that works ends the pause and the story", () => {
  const failures = new StartFailures(new FakeClock(), silentLogger);
  failures.note(new Error("no"));
  failures.clear();
  expect(failures.pauseMs).toBe(0);
  expect(failures.lastError).toBeUndefined();
  failures.note(new Error("no"));
  expect(failures.pauseMs).toBe(1000);
});
