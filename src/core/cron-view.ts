import { isoTimeIn } from "../lib/local-time.ts";
import type { CronEnd, CronRun } from "./cron-job.ts";
import type { CronJobStatus, CronRunStatus } from "./cron-port.ts";
import { type CronEntry, dueAt } from "./cron-state.ts";
import type { DeliveryState } from "./outbox-ledger.ts";
import { hostZone, nextTimes, type Schedule, type Timetable } from "./schedule.ts";
import { formatTarget } from "./target.ts";

const SHOWN_TIMES = 5;

/** What is around a job when it is looked at. */
export interface Surroundings {
  readonly isOff: boolean;
  readonly isHidden: boolean;
  readonly isRunning: boolean;
  readonly nowMs: number;
  /** How what was posted last stands. */
  readonly delivery: DeliveryState | undefined;
}

/** A job as people see it. */
export function statusOf(entry: CronEntry, around: Surroundings): CronJobStatus {
  const { origin, job, state, times } = entry;
  const { last, paused, failures } = state;
  const standing = standingOf(entry, around);
  const isToCome = standing === "waiting" || standing === "running";
  const nextRunAtMs = isToCome ? dueAt(entry) : undefined;
  return {
    ...job,
    origin,
    state: standing,
    ...(nextRunAtMs === undefined ? {} : { nextRunAtMs }),
    nextTimes: isToCome ? shownTimes(job.schedule, times, firstOf(entry, around.nowMs)) : [],
    ...(last ? { lastRunAtMs: last.atMs, lastState: last.state } : {}),
    ...(last?.error === undefined ? {} : { lastError: last.error }),
    ...(isLost(last?.delivery, around.delivery) ? { isUndelivered: true } : {}),
    ...(failures > 0 ? { failures } : {}),
    ...(paused ? { pausedBy: paused.by } : {}),
  };
}

/** The next times after `afterMs`, as the clocks of the schedule's zone show them. */
export function shownTimes(schedule: Schedule, times: Timetable, afterMs: number): readonly string[] {
  const zone = zoneOf(schedule);
  return nextTimes(times, afterMs, SHOWN_TIMES).map((at) => isoTimeIn(at, zone));
}

/** The zone in which the times of a schedule are shown. */
export const zoneOf = (schedule: Schedule): string =>
  ("timezone" in schedule ? schedule.timezone : undefined) ?? hostZone();

/** A run as people see it; `delivery` is how what it posted stands. */
export function shownRun(run: CronRun, delivery: DeliveryState | undefined): CronRunStatus {
  const { work: _, end, ...rest } = run;
  if (!end) return { ...rest, state: "running" };
  const { key: __, to, delivery: what, ...shown } = end;
  return {
    ...rest,
    ...shown,
    delivery: what === "posted" ? arrival(delivery) : what,
    ...(to === undefined ? {} : { to: formatTarget(to) }),
  };
}

function standingOf(
  { job, state }: CronEntry,
  { isOff, isHidden, isRunning }: Surroundings,
): CronJobStatus["state"] {
  if (isHidden) return "hidden";
  if (isRunning) return "running";
  if (isOff) return "off";
  if (!job.enabled) return "disabled";
  if (state.paused) return "paused";
  return state.nextAtMs === undefined && !state.retry ? "finished" : "waiting";
}

/** From where on times are to come: one that has passed and is still to be made up for is not past. */
function firstOf({ state }: CronEntry, nowMs: number): number {
  return Math.min(nowMs, (state.nextAtMs ?? Number.POSITIVE_INFINITY) - 1);
}

function isLost(what: CronEnd["delivery"] | undefined, delivery: DeliveryState | undefined): boolean {
  return what === "kept" || (what === "posted" && delivery?.state === "dead");
}

/** What is no longer known of was sent long ago. */
function arrival(delivery: DeliveryState | undefined): NonNullable<CronRunStatus["delivery"]> {
  if (delivery?.state === "dead") return "failed";
  return delivery === undefined || delivery.state === "sent" ? "sent" : "pending";
}
