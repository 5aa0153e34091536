/**
 * The times of a cron expression, worked out from what `Intl` says of a zone and nothing else: what the gateway's own
 * are compared with. Knows the fields that tests use: numbers, `*`, steps, lists of names, `L`, and nicknames.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Zones change their clocks at these steps. */
const STEP = 30 * MINUTE;

/** A span in which a zone is as far from UTC. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

interface Fields {
  readonly minute: number;
  /** Undefined: the hour is no single value, so it repeats. */
  readonly hour: number | undefined;
  readonly isHour: (hour: number) => boolean;
  readonly isDay: (wallDay: number) => boolean;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};

const known = new Map<string, readonly Stretch[]>();

/** Those after `from`, up to `to`. */
export function timesOnTheWall(
  { expr, timezone = "UTC" }: { readonly expr: string; readonly timezone?: string },
  from: number,
  to: number,
): readonly number[] {
  const fields = fieldsOf(NICKNAMES[expr] ?? expr);
  const stretches = stretchesOf(timezone, from - 2 * DAY, to + 2 * DAY);
  const times =
    fields.hour === undefined ? repeating(fields, stretches) : fixed(fields, fields.hour, stretches);
  return times.filter((at) => at > from && at <= to);
}

/** A time of day is due once a day: where it comes twice the first time, where it is left out right behind the gap. */
function fixed({ minute, isDay }: Fields, hour: number, stretches: readonly Stretch[]): number[] {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return [];
  const times: number[] = [];
  const startDay = Math.floor((first.from + first.offset) / DAY) * DAY;
  for (let day = startDay; day < last.to + last.offset; day += DAY) {
    if (!isDay(day)) continue;
    const wall = day + hour * HOUR + minute * MINUTE;
    const found = stretches.find(({ from, to, offset }) => from <= wall - offset && wall - offset < to);
    if (found) times.push(wall - found.offset);
    else {
      const behind = stretches.find(({ from, offset }) => from + offset > wall);
      if (behind) times.push(behind.from);
    }
  }
  return times;
}

/** What repeats within the day is due whenever the clock on the wall shows it. */
function repeating({ minute, isHour, isDay }: Fields, stretches: readonly Stretch[]): number[] {
  const times: number[] = [];
  for (const { from, to, offset } of stretches) {
    for (let at = from; at < to; at += MINUTE) {
      const wall = at + offset;
      if (Math.floor(wall / MINUTE) % 60 !== minute) continue;
      if (isHour(Math.floor(wall / HOUR) % 24) && isDay(Math.floor(wall / DAY) * DAY)) times.push(at);
    }
  }
  return times;
}

function fieldsOf(expr: string): Fields {
  const parts = expr.split(" ");
  const [minute = "", hour = "", dayOfMonth = "", , dayOfWeek = ""] =
    parts.length === 6 ? parts.slice(1) : parts;
  const step = hour.startsWith("*/") ? Number(hour.slice(2)) : 1;
  return {
    minute: Number(minute),
    hour: hour.startsWith("*") ? undefined : Number(hour),
    isHour: (one) => one % step === 0,
    isDay: (wallDay) => {
      const date = new Date(wallDay);
      const isLast = new Date(wallDay + DAY).getUTCDate() === 1;
      if (dayOfMonth === "L") return isLast;
      if (dayOfMonth !== "*") return date.getUTCDate() === Number(dayOfMonth);
      if (dayOfWeek === "MON-FRI") return date.getUTCDay() >= 1 && date.getUTCDay() <= 5;
      return dayOfWeek === "*" || date.getUTCDay() === Number(dayOfWeek);
    },
  };
}

function stretchesOf(timezone: string, from: number, to: number): readonly Stretch[] {
  const name = `${timezone} ${from} ${to}`;
  const found = known.get(name);
  if (found) return found;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const offsetAt = (at: number) => {
    const parts = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(parts["year"]!, parts["month"]! - 1, parts["day"], parts["hour"], parts["minute"]) - at;
  };
  const stretches: Stretch[] = [];
  for (let at = from; at < to; at += STEP) {
    const offset = offsetAt(at);
    const last = stretches.at(-1);
    if (last?.offset === offset) stretches[stretches.length - 1] = { ...last, to: at + STEP };
    else stretches.push({ from: at, to: at + STEP, offset });
  }
  known.set(name, stretches);
  return stretches;
}
