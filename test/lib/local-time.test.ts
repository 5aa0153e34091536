import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { localDay, localMonth, nextDayMs, nextMonthMs } from "../../src/lib/local-time.ts";

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
