import type { CronJob, Schedule } from "./cron.ts";
import type { Address } from "./message.ts";

/** A job as somebody asks for it. */
export interface NewCronJob {
  readonly id: string;
  readonly schedule: Schedule;
  readonly task: string;
  readonly delivery?: CronJob["delivery"];
  readonly resumeContext?: boolean;
  /** Who runs it, and where what comes of it goes. */
  readonly agent: string;
  readonly to: Address;
}

/** A job and how it stands. */
export interface CronJobStatus extends CronJob {
  readonly nextRunAtMs?: number;
  readonly lastRunAtMs?: number;
}

/**
 * What runs tasks by the clock. Each verb rejects with a `GatewayError` whose message a person understands: an
 * unknown id, one that is taken, a schedule that never comes.
 */
export interface CronEngine {
  list(): Promise<readonly CronJobStatus[]>;
  add(job: NewCronJob): Promise<CronJobStatus>;
  /** Runs it now, beside its schedule. Resolves once the run is decided and written down. */
  run(id: string): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  remove(id: string): Promise<void>;
}
