import { Cron } from "croner";
import { isTimeZone } from "../lib/local-time.ts";
import { readSpan } from "../lib/span.ts";
import { RequestError } from "./errors.ts";

/** When something is due: a cron expression, a span such as `1h30m`, or one moment. */
export type Schedule =
  | { readonly kind: "cron"; readonly expr: string; readonly timezone?: string }
  | { readonly kind: "every"; readonly expr: string }
  | { readonly kind: "at"; readonly expr: string; readonly timezone?: string };

/**
 * The times of a schedule, pure: the same schedule and anchor give the same times, whenever they are asked for.
 *
 * - `cron` has five fields, or six with seconds in front; names, `L` and nicknames such as `@daily`. Where clocks are
 *   set forward, a time of day that does not exist is due at the first moment after the gap, and what repeats within
 *   the hour leaves the gap out. Where they are set back, a time of day is due once, the first time, and what repeats
 *   is due in both hours.
 * - `every` counts from the anchor on, without regard to clocks on the wall.
 * - `at` is one moment; one without a zone is read in its own zone or the machine's, a span counts from the anchor.
 */
export interface Timetable {
  /** The first time after `ms`; undefined if there is none. */
  next(ms: number): number | undefined;
  /** The last time that is after `from` and not after `to`; undefined if there is none. */
  latest(from: number, to: number): number | undefined;
  /** True if it comes once only. */
  readonly isOnce: boolean;
  /** True if the time at `ms` is on a whole hour of its zone. */
  isWholeHour(ms: number): boolean;
}

/** Asked for more often, it would be a loop and no schedule. */
const SHORTEST_MS = 1000;
/** Ten years: further ahead nobody means it, and no timer of the gateway is asked to wait for it. */
const FURTHEST_MS = 10 * 366 * 86_400_000;

/** The times of `schedule`, where spans count from `anchorMs`. Throws `RequestError` with what is wrong and what is right. */
export function timetableOf(schedule: Schedule, anchorMs: number): Timetable {
  const expr = schedule.expr.trim();
  switch (schedule.kind) {
    case "cron":
      return cronTimes(expr, schedule.timezone);
    case "every":
      return everyTimes(expr, anchorMs);
    default:
      return onceAt(momentOf(expr, schedule.timezone, anchorMs));
  }
}

/**
 * The same for a schedule that somebody asks for now: one that never comes is refused. Throws `RequestError`.
 */
export function newTimetable(schedule: Schedule, nowMs: number): Timetable {
  const times = timetableOf(schedule, nowMs);
  const first = times.next(nowMs);
  if (first === undefined) throw wrong(schedule.kind === "at" ? past(schedule.expr) : never(schedule.expr));
  if (first - nowMs > FURTHEST_MS) throw wrong(`"${schedule.expr.trim()}" is more than ten years ahead.`);
  return times;
}

/** What is wrong with a schedule, as one sentence; undefined if nothing is. One moment may be past. */
export function scheduleProblem(schedule: Schedule, nowMs: number): string | undefined {
  try {
    if (schedule.kind === "at") timetableOf(schedule, nowMs);
    else newTimetable(schedule, nowMs);
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

/** The next times after `ms`, at most `count`. */
export function nextTimes(times: Timetable, ms: number, count: number): readonly number[] {
  const found: number[] = [];
  for (let at = times.next(ms); at !== undefined && found.length < count; at = times.next(at)) found.push(at);
  return found;
}

/** The machine's own time zone. */
export const hostZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A schedule as people read it: `0 9 * * * (Asia/Shanghai)`, `every 1h`, `at 2027-01-31T09:00`. */
export function shownSchedule(schedule: Schedule): string {
  const expr = schedule.expr.trim();
  if (schedule.kind === "every") return `every ${expr}`;
  const zone = schedule.timezone === undefined ? "" : ` (${schedule.timezone})`;
  return `${schedule.kind === "at" ? "at " : ""}${expr}${zone}`;
}

function cronTimes(expr: string, timezone: string | undefined): Timetable {
  refuseOtherKinds(expr);
  const zone = zoneOf(timezone);
  const cron = croner(expr, zone);
  const next = (ms: number) => cron.nextRun(new Date(ms))?.getTime();
  return {
    next,
    latest: (from, to) => latestOf(next, from, to),
    isOnce: false,
    isWholeHour: wholeHourIn(zone),
  };
}

function croner(expr: string, timezone: string): Cron {
  // It stands for the moment at which it is read, which is no schedule.
  if (expr.split(/\s+/).some((field) => field.includes("?"))) {
    throw wrong(`"${expr}" has a "?": write "*" for "any".`);
  }
  try {
    return new Cron(expr, { paused: true, mode: "5-or-6-parts", timezone });
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    throw wrong(`"${expr}" is no cron expression: ${said.replace(/\.$/, "")}. One is such as 0 9 * * 1-5.`);
  }
}

/** The most usual mistake is the right expression under the wrong kind. */
function refuseOtherKinds(expr: string): void {
  if (readSpan(expr) !== undefined) throw wrong(`"${expr}" is a span: use kind "every".`);
  if (/^\d{4}-\d\d/.test(expr)) throw wrong(`"${expr}" is a moment: use kind "at".`);
}

const looksLikeCron = (expr: string) => /^(@\w+|[\d*/,L?#-]\S*(\s+\S+){4,5})$/i.test(expr);

function everyTimes(expr: string, anchorMs: number): Timetable {
  const spanMs = readSpan(expr);
  if (spanMs === undefined) {
    const hint = looksLikeCron(expr) ? ` "${expr}" is a cron expression: use kind "cron".` : "";
    throw wrong(`kind "every" takes a span such as 30m or 1h30m.${hint}`);
  }
  if (spanMs < SHORTEST_MS) throw wrong(`"${expr}" is too often: a second is the shortest span.`);
  if (spanMs > FURTHEST_MS) throw wrong(`"${expr}" is more than ten years.`);
  const countAt = (ms: number) => Math.floor((ms - anchorMs) / spanMs);
  return {
    next: (ms) => anchorMs + Math.max(1, countAt(ms) + 1) * spanMs,
    latest: (from, to) => {
      const count = countAt(to);
      const at = anchorMs + count * spanMs;
      return count >= 1 && at > from ? at : undefined;
    },
    isOnce: false,
    isWholeHour: () => false,
  };
}

function onceAt(atMs: number): Timetable {
  return {
    next: (ms) => (ms < atMs ? atMs : undefined),
    latest: (from, to) => (from < atMs && atMs <= to ? atMs : undefined),
    isOnce: true,
    isWholeHour: () => false,
  };
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const MOMENT_FORM = "a time such as 2027-01-31T09:00, with a zone or without, or a span from now such as 20m";

function momentOf(expr: string, timezone: string | undefined, anchorMs: number): number {
  const spanMs = readSpan(expr);
  if (spanMs !== undefined) return anchorMs + spanMs;
  const parts = MOMENT.exec(expr);
  if (!parts) {
    const hint = looksLikeCron(expr) ? ` "${expr}" is a cron expression: use kind "cron".` : "";
    throw wrong(`kind "at" takes ${MOMENT_FORM}.${hint}`);
  }
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "00", offset] = parts;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // JavaScript makes the 2nd of March of the 30th of February.
  const utc = new Date(`${wall}Z`);
  if (Number.isNaN(utc.getTime()) || utc.toISOString().slice(0, 19) !== wall) {
    throw wrong(`"${expr}" is no date and time that exists.`);
  }
  if (offset === undefined) return momentIn(wall, zoneOf(timezone));
  const zone = offset.replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2").toUpperCase();
  return new Date(`${wall}${zone}`).getTime();
}

/** A time on the wall; one that clocks leave out is as long after the change as it would have been. */
function momentIn(wall: string, timezone: string): number {
  const moment = new Cron(wall, { paused: true, timezone }).getOnce();
  if (!moment) throw wrong(`"${wall}" is no date and time that exists.`);
  return moment.getTime();
}

function zoneOf(timezone: string | undefined): string {
  if (timezone === undefined) return hostZone();
  if (!isTimeZone(timezone)) throw wrong(`"${timezone}" is no time zone; one is such as Asia/Shanghai.`);
  return timezone;
}

/** Looks back further and further, so that a short gap costs little and a long one not much more. */
const WINDOWS_MS = [60_000, 3_600_000, 86_400_000, 7 * 86_400_000, 32 * 86_400_000, 367 * 86_400_000];

function latestOf(next: (ms: number) => number | undefined, from: number, to: number): number | undefined {
  for (const windowMs of [...WINDOWS_MS, Number.POSITIVE_INFINITY]) {
    const start = Math.max(from, to - windowMs);
    let found: number | undefined;
    for (let at = next(start); at !== undefined && at <= to; at = next(at)) found = at;
    if (found !== undefined || start === from) return found;
  }
  return undefined;
}

function wholeHourIn(timezone: string): (ms: number) => boolean {
  const format = new Intl.DateTimeFormat("en", { timeZone: timezone, minute: "numeric", second: "numeric" });
  return (ms) => {
    const parts = format.formatToParts(ms);
    return parts.every(({ type, value }) => type === "literal" || Number(value) === 0);
  };
}

const past = (expr: string) => `"${expr.trim()}" is past.`;
const never = (expr: string) => `"${expr.trim()}" never comes: there is no such date.`;

function wrong(message: string): RequestError {
  return new RequestError("BAD_REQUEST", message);
}
