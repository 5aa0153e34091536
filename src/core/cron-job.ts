import type { ErrandRequest } from "./errand.ts";
import type { Address } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { Schedule } from "./schedule.ts";

export type { Schedule } from "./schedule.ts";

/** What is to be done, and when. */
export interface CronJob {
  readonly id: string;
  readonly schedule: Schedule;
  /** What the agent is asked; of kind `message`, the text that is sent. */
  readonly task: string;
  readonly kind: "agent" | "message";
  /** See `Errand.delivery`. A message is sent as it is; announced, the chat's agent knows of it. */
  readonly delivery: "announce" | "direct" | "silent";
  /** A target as people write it, or `owner`. */
  readonly to?: string;
  /** Where it was added, or the chat that was chosen for it: used unless `to` is there. */
  readonly chat?: Address;
  /** Whether a run knows of those before it. */
  readonly resumeContext: boolean;
  readonly agentId?: string;
  readonly role?: string;
  readonly model?: string;
  readonly timeoutMs?: number;
  /** Whether a time that was missed is made up for, once. */
  readonly catchUp: boolean;
  /** Whole hours are put off by up to this much, always the same for one job. */
  readonly jitterMs?: number;
  /** It goes once it has been done, and its answer has arrived. Of people's jobs only. */
  readonly deleteAfterRun: boolean;
  readonly enabled: boolean;
  /** The turn in which an agent added it: a call that is repeated after a crash adds it no second time. */
  readonly addedBy?: string;
  /** The session of that turn, where nobody had written in a chat: such turns change none but these. */
  readonly addedIn?: SessionKey;
}

/** Whose a job is: the configuration file's, or the store's, where people and agents put theirs. */
export type CronOrigin = "config" | "people";

/** How a job stands, besides what it is. */
export interface CronState {
  /** The schedule that the times are of: with another one they begin anew. */
  readonly schedule: string;
  /** Where its spans are counted from. */
  readonly anchorMs: number;
  /** The first time that has not been begun; absent while none is to come. */
  readonly nextAtMs?: number;
  /** Nothing is begun before: it has failed. */
  readonly holdUntilMs?: number;
  /** A time that failed and is tried again. */
  readonly retry?: { readonly atMs: number; readonly attempt: number };
  readonly paused?: { readonly atMs: number; readonly by: "person" | "failures" };
  /** In a row. */
  readonly failures: number;
  /** The first time of those failures: one alert for all of them. */
  readonly incidentAtMs?: number;
  readonly last?: LastRun;
}

/** How the latest run ended, for lists. */
export interface LastRun extends Pick<CronEnd, "state" | "delivery" | "error" | "key"> {
  readonly atMs: number;
  readonly endedAtMs: number;
}

export interface CronKey {
  readonly origin: CronOrigin;
  readonly id: string;
}

/** Names one run. No two have the same name, whatever the clock does. */
export interface CronRunName {
  readonly job: string;
  /** The time it was due, whenever it began. For one that somebody asked for, when that was. */
  readonly atMs: number;
  /** 1 on the first try. */
  readonly attempt: number;
  readonly isManual: boolean;
}

export interface CronRun extends CronRunName {
  readonly startedAtMs: number;
  /** So many times before it were missed, and are made up for with this one. */
  readonly missed?: number;
  /** What is being done; gone when it has ended. A crash, or a change of the job, does not matter to it. */
  readonly work?: CronWork;
  readonly end?: CronEnd;
}

export type CronWork =
  | { readonly kind: "ask"; readonly request: ErrandRequest }
  | {
      readonly kind: "say";
      readonly text: string;
      readonly to?: Address;
      /** Under which it is delivered, once. */
      readonly key: string;
      /** The chat's agent is to know of it. */
      readonly isNoted: boolean;
    };

export interface CronEnd {
  readonly state: "done" | "failed" | "cancelled" | "skipped";
  readonly endedAtMs: number;
  /** What the agent said, or what was sent; the beginning of it. */
  readonly answer?: string;
  /** One sentence. */
  readonly error?: string;
  /**
   * `posted`: on its way, or there. `nothing`: there was nothing to say. `silent`: nobody was to be told. `kept`: there
   * was nowhere to say it.
   */
  readonly delivery: "posted" | "nothing" | "silent" | "kept";
  readonly to?: Address;
  /** What was posted is called so in the outbox. */
  readonly key?: string;
}

/** Jobs of people, how all jobs stand, and every run. */
export interface CronLedger {
  load(): Promise<CronBook>;
  /** Adds a job of people's, which has no runs yet, or puts it in the place of the one of its id. */
  put(job: CronJob, state: CronState): Promise<void>;
  /** Takes away a job of people's and how it stands. Its runs stay a while, or until another job of that id is put. */
  remove(id: string): Promise<boolean>;
  /** How jobs stand from now on. */
  keep(states: readonly (CronKey & { readonly state: CronState })[]): Promise<void>;
  /**
   * Writes a run down before it begins, with how its job stands then. False if one of that name is known: then only
   * the job has changed.
   */
  begin(run: CronRun, key: CronKey, state: CronState): Promise<boolean>;
  /** The run has ended. Its job stands like this then, or is taken away with it. */
  end(
    run: CronRunName,
    end: CronEnd,
    after?: { readonly key: CronKey; readonly state?: CronState },
  ): Promise<void>;
  /** Whether a run of that time is known. */
  isKnown(job: string, atMs: number): Promise<boolean>;
  /** The latest runs of a job, latest first. */
  runs(job: string, limit: number): Promise<readonly CronRun[]>;
}

export interface CronBook {
  /** Those of people, in the order in which they were added. */
  readonly jobs: readonly CronJob[];
  readonly states: readonly (CronKey & { readonly state: CronState })[];
  /** Runs that have not ended, oldest first. */
  readonly open: readonly CronRun[];
}
