import { describe, expect, test } from "bun:test";
import { isActive } from "../../src/core/heartbeat-hours.ts";

const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);
const hours = (start: string, end: string, timezone = "UTC") => ({ start, end, timezone });

describe("active hours", () => {
  test("are always, unless some are named", () => {
    expect(isActive(undefined, at("03:00:00"))).toBe(true);
  });

  test("begin with their first minute and end before their last", () => {
    const day = hours("08:00", "22:00");
    expect(["07:59:59", "08:00:00", "21:59:59", "22:00:00"].map((time) => isActive(day, at(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isActive(hours("00:00", "24:00"), at("23:59:59"))).toBe(true);
    expect(isActive(hours("09:00", "09:00"), at("09:00:00"))).toBe(false);
  });

  test("may go over midnight", () => {
    const night = hours("22:00", "06:00");
    expect(
      ["21:59:00", "22:00:00", "00:00:00", "05:59:00", "06:00:00"].map((time) => isActive(night, at(time))),
    ).toEqual([false, true, true, true, false]);
  });

  test("are those of their own zone, in summer and in winter", () => {
    expect(isActive(hours("08:00", "09:00", "Asia/Shanghai"), at("00:30:00"))).toBe(true);
    expect(isActive(hours("08:00", "09:00", "Europe/Berlin"), at("07:30:00"))).toBe(true);
    expect(isActive(hours("08:00", "09:00", "Europe/Berlin"), Date.parse("2026-07-01T06:30:00Z"))).toBe(true);
    expect(isActive(hours("08:00", "09:00", "Europe/Berlin"), Date.parse("2026-07-01T07:30:00Z"))).toBe(
      false,
    );
  });
});
