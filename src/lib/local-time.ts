/** Days and months as the machine's own time zone has them. */

const two = (number: number) => String(number).padStart(2, "0");

/** The month that `ms` is in: `2026-11`. Later months are greater. */
export function localMonth(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}`;
}

/** The day that `ms` is in: `2026-11-22`. Later days are greater. */
export function localDay(ms: number): string {
  return `${localMonth(ms)}-${two(new Date(ms).getDate())}`;
}

/** When the day after that of `ms` begins. */
export function nextDayMs(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** When the month after that of `ms` begins. */
export function nextMonthMs(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
}

/** A moment as the clocks of a zone show it: `2026-11-22 09:00`, with seconds where it has some. */
export function localTimeIn(ms: number, timezone: string): string {
  const options = { timeZone: timezone, hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en-CA", {
    ...options,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const seconds = part["second"] === "00" ? "" : `:${part["second"]}`;
  return `${part["year"]}-${part["month"]}-${part["day"]} ${part["hour"]}:${part["minute"]}${seconds}`;
}

/** The same with the offset of the zone at that moment, as machines read it: `2026-11-22T09:00:00+08:00`. */
export function isoTimeIn(ms: number, timezone: string): string {
  const wall = localTimeIn(ms, timezone).replace(" ", "T");
  const whole = wall.length === 16 ? `${wall}:00` : wall;
  const offsetMinutes = Math.round((new Date(`${whole}Z`).getTime() - Math.floor(ms / 1000) * 1000) / 60_000);
  const sign = offsetMinutes < 0 ? "-" : "+";
  const size = Math.abs(offsetMinutes);
  return `${whole}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Whether there is a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // An unknown zone is exactly what throws here.
    return false;
  }
}
