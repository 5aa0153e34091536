import type { CronEnd, CronJob, CronKey, CronRunName, CronState } from "./cron-job.ts";
import { type Timetable, timetableOf } from "./schedule.ts";

/** A job with its times and how it stands. */
export interface CronEntry extends CronKey {
  readonly job: CronJob;
  readonly times: Timetable;
  readonly state: CronState;
  readonly jitterMs: number;
}

/** How long a job is left alone after so many failures in a row, the last one for all further ones. As in OpenClaw. */
const BACKOFF_MS = [30_000, 60_000, 300_000, 900_000, 3_600_000];
const LONGEST_BACKOFF_MS = Math.max(...BACKOFF_MS);
/** A clock that is put right by less has not been wrong. */
const AHEAD_AFTER_MS = 1000;
/** So many failures in a row are worth telling the owner. */
const ALERT_AFTER = 2;
/** So many are enough. */
const PAUSE_AFTER = 10;
/** What begins later than this was missed. */
const MISSED_AFTER_MS = 60_000;
/** Counted no further. */
const MOST_MISSED = 1000;

/** How a job stands that has just come, or whose schedule has just become another. */
export function freshState(job: CronJob, nowMs: number): CronState {
  return { schedule: JSON.stringify(job.schedule), anchorMs: nowMs, failures: 0 };
}

/** The times of a job that stands like this. */
export const timesOf = (job: CronJob, state: CronState): Timetable =>
  timetableOf(job.schedule, state.anchorMs);

/** Without what is to come: nothing of it will be made up for. */
export function withoutTimes(state: CronState): CronState {
  const { nextAtMs: _, retry: __, holdUntilMs: ___, ...rest } = state;
  return rest;
}

/**
 * How a job stands once a clock that was ahead has been set right: what was to wait until a time of that clock waits no
 * longer than any failure makes it, and spans count from now on.
 */
export function rightedState({ schedule }: CronJob, state: CronState, nowMs: number): CronState {
  // One moment may be over: counted from now on it would come again.
  const hasSpans = schedule.kind === "every" || (schedule.kind === "at" && state.nextAtMs !== undefined);
  const isAhead = hasSpans && state.anchorMs > nowMs + AHEAD_AFTER_MS;
  const anchored = isAhead ? { ...state, anchorMs: nowMs } : state;
  const { retry, holdUntilMs = 0, ...rest } = anchored;
  if (holdUntilMs <= nowMs + LONGEST_BACKOFF_MS) return anchored;
  if (!retry || retry.atMs <= nowMs) return retry ? { ...rest, retry } : rest;
  // The time that failed is yet to come: it comes by itself where others do, too.
  if (schedule.kind !== "at") return rest;
  return holdUntilMs === retry.atMs ? anchored : { ...rest, retry, holdUntilMs: retry.atMs };
}

/** When something of it is to begin, back-off and jitter included; undefined if nothing is. */
export function dueAt(entry: CronEntry): number | undefined {
  const { state } = entry;
  if (state.paused) return undefined;
  const { nextAtMs, holdUntilMs = 0, retry } = state;
  if (retry) return holdUntilMs;
  if (nextAtMs === undefined) return undefined;
  return Math.max(nextAtMs + jitterOf(entry, nextAtMs), holdUntilMs);
}

/** The same for one job, so that those of one hour are spread and none moves about. */
function jitterOf({ id, jitterMs, times }: CronEntry, atMs: number): number {
  if (jitterMs === 0 || !times.isWholeHour(atMs)) return 0;
  return Number(Bun.hash.wyhash(id) % BigInt(jitterMs));
}

/** What is to begin now, and how the job stands from then on. */
export interface Taking extends Pick<CronRunName, "atMs" | "attempt"> {
  /** So many times before it are made up for with it. */
  readonly missed: number;
  /** It was missed, and is not to be made up for. */
  readonly isSkipped: boolean;
  readonly state: CronState;
}

/** What a due job does at `nowMs`: of the times that have passed the latest one, else the one that failed once more. */
export function takeDue({ job, times, state }: CronEntry, nowMs: number): Taking | undefined {
  const { nextAtMs, retry, holdUntilMs: _, ...rest } = state;
  const latest = nextAtMs === undefined ? undefined : latestSince(times, nextAtMs, nowMs);
  if (nextAtMs !== undefined && latest !== undefined) {
    const next = times.next(latest);
    return {
      atMs: latest,
      attempt: 1,
      missed: countBetween(times, nextAtMs, latest),
      isSkipped: !job.catchUp && !times.isOnce && nowMs - latest > MISSED_AFTER_MS,
      state: { ...rest, ...(next === undefined ? {} : { nextAtMs: next }) },
    };
  }
  if (!retry) return undefined;
  const next = nextAtMs === undefined ? {} : { nextAtMs };
  return { ...retry, missed: 0, isSkipped: false, state: { ...rest, ...next } };
}

/** The last time from `firstMs`, which is one, to `nowMs`. */
function latestSince(times: Timetable, firstMs: number, nowMs: number): number | undefined {
  return firstMs > nowMs ? undefined : (times.latest(firstMs, nowMs) ?? firstMs);
}

function countBetween(times: Timetable, firstMs: number, lastMs: number): number {
  let count = 0;
  for (let at: number | undefined = firstMs; at !== undefined && at < lastMs; at = times.next(at)) {
    count += 1;
    if (count === MOST_MISSED) break;
  }
  return count;
}

/** How a job stands after a run of it, and what its owner is told. */
export interface AfterRun {
  readonly state: CronState;
  readonly news?: "failing" | "paused" | "recovered";
}

/** The end of a run that was due, or that somebody asked for: that one changes nothing but what is shown. */
export function afterRun(state: CronState, run: CronRunName, end: CronEnd): AfterRun {
  const last = {
    atMs: run.atMs,
    endedAtMs: end.endedAtMs,
    state: end.state,
    delivery: end.delivery,
    ...(end.error === undefined ? {} : { error: end.error }),
    ...(end.key === undefined ? {} : { key: end.key }),
  };
  if (end.state === "failed")
    return run.isManual ? { state: { ...state, last } } : afterFailure({ ...state, last }, run, end);
  if (end.state !== "done") return { state: { ...state, last } };
  const { incidentAtMs: _, holdUntilMs: __, retry: ___, ...rest } = state;
  const wasTold = state.failures >= ALERT_AFTER;
  return { state: { ...rest, failures: 0, last }, ...(wasTold ? { news: "recovered" as const } : {}) };
}

function afterFailure(state: CronState, { atMs, attempt }: CronRunName, { endedAtMs }: CronEnd): AfterRun {
  const failures = state.failures + 1;
  const incidentAtMs = state.incidentAtMs ?? atMs;
  if (failures >= PAUSE_AFTER) {
    const paused = { atMs: endedAtMs, by: "failures" } as const;
    return { state: { ...withoutTimes(state), failures, incidentAtMs, paused }, news: "paused" };
  }
  const backoffMs = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? 0;
  return {
    state: {
      ...state,
      failures,
      incidentAtMs,
      holdUntilMs: endedAtMs + backoffMs,
      retry: { atMs, attempt: attempt + 1 },
    },
    ...(failures === ALERT_AFTER ? { news: "failing" as const } : {}),
  };
}
