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
