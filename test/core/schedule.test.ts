import { describe, expect, test } from "bun:test";
import {
  newTimetable,
  nextTimes,
  type Schedule,
  scheduleProblem,
  shownSchedule,
  timetableOf,
} from "../../src/core/schedule.ts";
import { isoTimeIn } from "../../src/lib/local-time.ts";
import { timesOnTheWall } from "../fakes/wall-times.ts";

const NOW = Date.UTC(2027, 0, 4, 8, 0);
const DAY = 86_400_000;

const cron = (expr: string, timezone = "UTC"): Schedule => ({ kind: "cron", expr, timezone });
const next = (schedule: Schedule, from: number, count: number) =>
  nextTimes(timetableOf(schedule, NOW), from, count).map((at) =>
    isoTimeIn(at, "timezone" in schedule ? (schedule.timezone ?? "UTC") : "UTC"),
  );

describe("a cron expression", () => {
  test.each([
    ["30 9 * * *", ["2027-01-04T09:30:00+00:00", "2027-01-05T09:30:00+00:00"]],
    ["15 30 9 * * *", ["2027-01-04T09:30:15+00:00", "2027-01-05T09:30:15+00:00"]],
    ["0 9 L * *", ["2027-01-31T09:00:00+00:00", "2027-02-28T09:00:00+00:00"]],
    ["0 9 * JAN,MAR MON-FRI", ["2027-01-04T09:00:00+00:00", "2027-01-05T09:00:00+00:00"]],
    ["@daily", ["2027-01-05T00:00:00+00:00", "2027-01-06T00:00:00+00:00"]],
    ["0 0 29 2 *", ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00"]],
    // The day of the month or the day of the week, as cron has it.
    ["0 9 10 * FRI", ["2027-01-08T09:00:00+00:00", "2027-01-10T09:00:00+00:00"]],
  ])("%s has its times", (expr, times) => {
    expect(next(cron(expr), NOW, 2)).toEqual(times);
  });

  test.each([
    ["0 0 30 2 *", '"0 0 30 2 *" never comes: there is no such date.'],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["* * * *", "is no cron expression"],
    ["* * * * * * *", "is no cron expression"],
    ["0 9 ? * *", 'has a "?": write "*" for "any".'],
    ["@reboot", "is no cron expression"],
    ["1h30m", '"1h30m" is a span: use kind "every".'],
    ["2027-01-31T09:00", '"2027-01-31T09:00" is a moment: use kind "at".'],
  ])("%s is none, and it is said why", (expr, says) => {
    expect(scheduleProblem(cron(expr), NOW)).toContain(says);
  });

  test("is read in its zone, and a zone that there is not is refused", () => {
    expect(next(cron("0 9 * * *", "Asia/Shanghai"), NOW, 1)).toEqual(["2027-01-05T09:00:00+08:00"]);
    expect(scheduleProblem(cron("0 9 * * *", "Asia/Shangai"), NOW)).toContain(
      '"Asia/Shangai" is no time zone',
    );
  });

  test("has the same latest time, however far one looks back", () => {
    const times = timetableOf(cron("*/7 * * * *"), NOW);
    for (const back of [1, 10 * 60_000, 3 * DAY, 400 * DAY]) {
      expect(times.latest(NOW - back, NOW)).toBe(NOW);
    }
    expect(timetableOf(cron("0 9 31 * *"), NOW).latest(NOW - 400 * DAY, NOW)).toBe(Date.UTC(2026, 11, 31, 9));
    expect(times.latest(NOW, NOW + 1)).toBeUndefined();
  });
});

describe("where clocks are set forward", () => {
  test("a time of day that is left out is due right behind the gap, once", () => {
    expect(next(cron("30 2 * * *", "Europe/Berlin"), Date.UTC(2027, 2, 27, 12), 2)).toEqual([
      "2027-03-28T03:00:00+02:00",
      "2027-03-29T02:30:00+02:00",
    ]);
    expect(next(cron("15 2 * * *", "Australia/Lord_Howe"), Date.UTC(2027, 9, 2, 0), 2)).toEqual([
      "2027-10-03T02:30:00+11:00",
      "2027-10-04T02:15:00+11:00",
    ]);
  });

  test("what repeats leaves the gap out", () => {
    expect(next(cron("*/30 1-3 * * *", "Europe/Berlin"), Date.UTC(2027, 2, 27, 23, 50), 4)).toEqual([
      "2027-03-28T01:00:00+01:00",
      "2027-03-28T01:30:00+01:00",
      "2027-03-28T03:00:00+02:00",
      "2027-03-28T03:30:00+02:00",
    ]);
  });
});

describe("where clocks are set back", () => {
  test("a time of day that comes twice is due the first time", () => {
    expect(next(cron("30 2 * * *", "Europe/Berlin"), Date.UTC(2027, 9, 30, 12), 2)).toEqual([
      "2027-10-31T02:30:00+02:00",
      "2027-11-01T02:30:00+01:00",
    ]);
  });

  test("what repeats is due in both hours", () => {
    expect(next(cron("0 * * * *", "Europe/Berlin"), Date.UTC(2027, 9, 30, 23, 30), 3)).toEqual([
      "2027-10-31T02:00:00+02:00",
      "2027-10-31T02:00:00+01:00",
      "2027-10-31T03:00:00+01:00",
    ]);
  });
});

test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"])(
  "in %s a year of times is what the clocks on the wall show",
  (timezone) => {
    for (const expr of [
      "30 2 * * *",
      "15 0 * * *",
      "45 1 * * MON-FRI",
      "5 * * * *",
      "0 0 L * *",
      "30 23 * * *",
    ]) {
      const wanted = timesOnTheWall({ expr, timezone }, NOW, NOW + 365 * DAY);
      const times = nextTimes(timetableOf(cron(expr, timezone), NOW), NOW, wanted.length);
      expect({ expr, times }).toEqual({ expr, times: wanted });
    }
  },
);

describe("a span", () => {
  const every = (expr: string): Schedule => ({ kind: "every", expr });

  test("counts from its beginning on, whatever the clocks on the wall do", () => {
    const times = timetableOf(every("1h30m"), NOW);
    expect(nextTimes(times, NOW + 1, 2)).toEqual([NOW + 5_400_000, NOW + 10_800_000]);
    expect(times.next(NOW - 10 * DAY)).toBe(NOW + 5_400_000);
    expect(times.latest(NOW, NOW + 20_000_000)).toBe(NOW + 16_200_000);
    expect(times.latest(NOW - DAY, NOW)).toBeUndefined();
  });

  test.each([
    ["0 9 * * *", '"0 9 * * *" is a cron expression: use kind "cron".'],
    ["@daily", 'use kind "cron"'],
    ["1 h", "takes a span such as 30m or 1h30m"],
    ["1M", "takes a span such as 30m or 1h30m"],
    ["-5m", "takes a span"],
    ["0s", '"0s" is too often'],
    ["999ms", "a second is the shortest span"],
    ["600w", "more than ten years"],
  ])("%s is refused", (expr, says) => {
    expect(scheduleProblem(every(expr), NOW)).toContain(says);
  });
});

describe("a moment", () => {
  const at = (expr: string, timezone?: string): Schedule => ({
    kind: "at",
    expr,
    ...(timezone === undefined ? {} : { timezone }),
  });

  test.each([
    [at("2027-01-31T09:00", "Asia/Shanghai"), "2027-01-31T01:00:00.000Z"],
    [at("2027-01-31 09:00:30", "Asia/Shanghai"), "2027-01-31T01:00:30.000Z"],
    [at("2027-01-31T09:00+08:00", "Europe/Berlin"), "2027-01-31T01:00:00.000Z"],
    [at("2027-01-31T09:00Z"), "2027-01-31T09:00:00.000Z"],
    [at("20m"), "2027-01-04T08:20:00.000Z"],
    [at("40d"), "2027-02-13T08:00:00.000Z"],
    // It does not exist: an hour later it is as late as it was to be.
    [at("2027-03-28T02:30", "Europe/Berlin"), "2027-03-28T01:30:00.000Z"],
  ])("%j is that one, once", (schedule, moment) => {
    const times = newTimetable(schedule, NOW);
    expect(nextTimes(times, NOW, 5).map((ms) => new Date(ms).toISOString())).toEqual([moment]);
    expect(times.isOnce).toBe(true);
  });

  test.each([
    ["2027-02-30T09:00", "is no date and time that exists"],
    ["2027-01-31T25:00", "is no date and time that exists"],
    ["2027-01-31", 'kind "at" takes a time such as 2027-01-31T09:00'],
    ["tomorrow", 'kind "at" takes a time such as'],
    ["0 9 * * *", 'use kind "cron"'],
  ])("%s is none", (expr, says) => {
    expect(scheduleProblem(at(expr), NOW)).toContain(says);
  });

  test("that is past is refused where it is asked for, and no fault of a file", () => {
    expect(scheduleProblem(at("2026-01-01T09:00Z"), NOW)).toBeUndefined();
    expect(() => newTimetable(at("2026-01-01T09:00Z"), NOW)).toThrow('"2026-01-01T09:00Z" is past.');
    expect(() => newTimetable(at("2097-01-01T09:00Z"), NOW)).toThrow("more than ten years ahead");
  });
});

test("a schedule is shown as people write it", () => {
  expect(shownSchedule(cron("0 9 * * *", "Asia/Shanghai"))).toBe("0 9 * * * (Asia/Shanghai)");
  expect(shownSchedule({ kind: "every", expr: "1h" })).toBe("every 1h");
  expect(shownSchedule({ kind: "at", expr: "2027-01-31T09:00" })).toBe("at 2027-01-31T09:00");
});
