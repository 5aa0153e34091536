/** When in the day something may happen: from `start` until `end`, over midnight if that is earlier. */
export interface ActiveHours {
  readonly start: string;
  readonly end: string;
  /** The machine's own when absent. */
  readonly timezone?: string | undefined;
}

/** Whether `nowMs` is within `hours`; always where there are none. */
export function isActive(hours: ActiveHours | undefined, nowMs: number): boolean {
  if (!hours) return true;
  const [start, end] = [minuteOf(hours.start), minuteOf(hours.end)];
  const now = minuteAt(nowMs, hours.timezone);
  return start <= end ? now >= start && now < end : now >= start || now < end;
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

function minuteAt(nowMs: number, timeZone: string | undefined): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return minuteOf(format.format(nowMs));
}
