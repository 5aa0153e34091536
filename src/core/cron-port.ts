import type { CronEnd, CronJob, CronOrigin, CronRun, Schedule } from "./cron-job.ts";

/** A job as somebody asks for it; what is left out is as `CronJob` says, or usual. */
export type NewCronJob = Pick<CronJob, "id" | "schedule" | "task"> & Partial<CronJob>;

/** What is to be another one. `null` takes away what need not be there. */
export type CronChange = {
  readonly [Name in keyof Omit<CronJob, "id">]?: CronJob[Name] | null | undefined;
};

/**
 * Who wants a job added, changed or run: a `guest` may have few of them in a chat, and none too often. A `job` is a
 * guest that could bring itself about again and again.
 */
export type CronAsker = "owner" | "guest" | "job";

/** A job, and whose it is. */
export type CronListed = CronJob & { readonly origin: CronOrigin };

/** A job and how it stands. */
export interface CronJobStatus extends CronListed {
  /**
   * `waiting` for its next time, `running`, `paused`, `disabled` in its own words, `finished`: no time is left, or
   * `hidden` behind a job of the configuration with the same id.
   */
  readonly state: "waiting" | "running" | "paused" | "disabled" | "finished" | "hidden" | "off";
  /** When it runs next, back-off and jitter included. */
  readonly nextRunAtMs?: number;
  /** The next five times that it is due. */
  readonly nextTimes: readonly string[];
  readonly lastRunAtMs?: number;
  readonly lastState?: CronEnd["state"];
  readonly lastError?: string;
  /** Set while its latest answer has arrived nowhere. */
  readonly isUndelivered?: boolean;
  /** In a row; absent if there are none. */
  readonly failures?: number;
  /** `failures`: it was paused because it failed again and again. */
  readonly pausedBy?: "person" | "failures";
}

/** A run as people see it. */
export interface CronRunStatus extends Omit<CronRun, "work" | "end"> {
  readonly state: "running" | CronEnd["state"];
  readonly endedAtMs?: number;
  readonly answer?: string;
  readonly error?: string;
  /** `sent` and `failed` once the platform has said so. */
  readonly delivery?: Exclude<CronEnd["delivery"], "posted"> | "pending" | "sent" | "failed";
  readonly to?: string;
}

/**
 * What does things by the clock. Each verb rejects with a `RequestError` whose message a person understands: an
 * unknown id, one that is taken, a schedule that never comes. Reading changes nothing.
 */
export interface CronEngine {
  /** All, or those that are meant. */
  list(isMeant?: (job: CronListed) => boolean): Promise<readonly CronJobStatus[]>;
  /** Undefined if there is none of that id. */
  find(id: string): Promise<CronJobStatus | undefined>;
  get(id: string): Promise<CronJobStatus>;
  add(job: NewCronJob, asker?: CronAsker): Promise<CronJobStatus>;
  update(id: string, change: CronChange, asker?: CronAsker): Promise<CronJobStatus>;
  /** Runs it now, beside its schedule. Resolves once the run is written down. */
  run(id: string, asker?: CronAsker): Promise<CronRunStatus>;
  pause(id: string): Promise<CronJobStatus>;
  /** Lets it run again, from its next time on. */
  resume(id: string): Promise<CronJobStatus>;
  remove(id: string): Promise<void>;
  /** Its latest runs, latest first. */
  runs(id: string, limit: number): Promise<readonly CronRunStatus[]>;
  /** The next five times of a schedule. */
  preview(schedule: Schedule): readonly string[];
}
