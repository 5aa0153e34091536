import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  isoTimeIn,
  isTimeZone,
  localDay,
  localMonth,
  localTimeIn,
  nextDayMs,
  nextMonthMs,
} from "../../src/lib/local-time.ts";

test("days and months are named so that later ones are greater", () => {
  const ms = new Date(2026, 0, 9, 23, 59).getTime();
  expect([localDay(ms), localMonth(ms)]).toEqual(["2026-01-09", "2026-01"]);
  expect(localDay(nextDayMs(ms))).toBe("2026-01-10");
  expect(localDay(nextMonthMs(ms))).toBe("2026-02-01");
  expect(nextMonthMs(new Date(2026, 11, 31).getTime())).toBe(new Date(2027, 0, 1).getTime());
});

describe.each([
  ["Asia/Shanghai", "2026-11-22T15:59:59.999Z", "2026-11-22"],
  ["Asia/Shanghai", "2026-11-22T16:00:00.000Z", "2026-11-23"],
  ["America/New_York", "2026-11-22T04:59:59.999Z", "2026-11-21"],
  // The day on which the clock is put back has 25 hours.
  ["America/New_York", "2026-11-02T04:59:59.999Z", "2026-11-01"],
])("in %s", (zone, at, day) => {
  test(`${at} is in ${day}, and the next day begins at midnight`, () => {
    const script = `import { localDay, nextDayMs } from ${JSON.stringify(join(import.meta.dir, "../../src/lib/local-time.ts"))};
      const ms = Date.parse("${at}"); console.log(localDay(ms), new Date(nextDayMs(ms)).getHours(), localDay(nextDayMs(ms) - 1));`;
    const env = { ...process.env, TZ: zone };
    const run = Bun.spawnSync([process.execPath, "-e", script], { env });
    expect(run.stdout.toString().trim()).toBe(`${day} 0 ${day}`);
  });
});

test("a moment is shown as the clocks of a zone show it, with the zone's offset for machines", () => {
  const ms = Date.UTC(2027, 2, 28, 1, 0);
  expect(localTimeIn(ms, "Europe/Berlin")).toBe("2027-03-28 03:00");
  expect(localTimeIn(ms + 5000, "Europe/Berlin")).toBe("2027-03-28 03:00:05");
  expect(isoTimeIn(ms - 1000, "Europe/Berlin")).toBe("2027-03-28T01:59:59+01:00");
  expect(isoTimeIn(ms, "America/St_Johns")).toBe("2027-03-27T22:30:00-02:30");
  expect(isoTimeIn(ms + 400, "UTC")).toBe("2027-03-28T01:00:00+00:00");
});

test("a time zone is one that there is", () => {
  expect(["Asia/Shanghai", "UTC", "Asia/Shangai", ""].map(isTimeZone)).toEqual([true, true, false, false]);
});
