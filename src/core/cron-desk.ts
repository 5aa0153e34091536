import type { Clock } from "../lib/clock.ts";
import { nearest } from "../lib/nearest.ts";
import { jobFields, jobIdSchema } from "./config-sections/cron.ts";
import { assertRare, assertRested, assertRoom } from "./cron-guests.ts";
import type { CronJob, CronLedger, CronRun, CronState } from "./cron-job.ts";
import type { CronJobs } from "./cron-jobs.ts";
import type {
  CronAsker,
  CronChange,
  CronEngine,
  CronJobStatus,
  CronListed,
  CronRunStatus,
  NewCronJob,
} from "./cron-port.ts";
import { type CronEntry, freshState, withoutTimes } from "./cron-state.ts";
import { shownRun, shownTimes, statusOf } from "./cron-view.ts";
import type { Beginning } from "./cron-work.ts";
import { RequestError } from "./errors.ts";
import type { DeliveryState } from "./outbox-ledger.ts";
import { newTimetable, type Schedule } from "./schedule.ts";

export interface CronDeskDeps {
  readonly ledger: CronLedger;
  readonly jobs: CronJobs;
  readonly clock: Clock;
  readonly agentOf: (job: Pick<CronJob, "agentId">) => string | undefined;
  readonly delivery: (key: string) => Promise<DeliveryState | undefined>;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly isRunning: (id: string) => boolean;
  /** Begins a run; see `Cron`. */
  readonly perform: (entry: CronEntry, beginning: Beginning) => Promise<CronRun>;
  /** What is due next may be another thing now. */
  readonly changed: () => void;
}

/** So many jobs of people's are plenty; more are a loop that adds them. */
const MOST_JOBS = 1000;

/** So many are listed without a pause. */
const AT_A_STRETCH = 50;

/** What people and agents may ask of the clock. */
export class CronDesk implements CronEngine {
  readonly #deps: CronDeskDeps;

  constructor(deps: CronDeskDeps) {
    this.#deps = deps;
  }

  async list(isMeant: (job: CronListed) => boolean = () => true): Promise<readonly CronJobStatus[]> {
    const found: CronJobStatus[] = [];
    for (const entry of this.#deps.jobs.all) {
      if (!isMeant({ ...entry.job, origin: entry.origin })) continue;
      found.push(await this.#statusOf(entry));
      // The times of thousands take seconds: others get their turn in between.
      if (found.length % AT_A_STRETCH === 0) await new Promise((resolve) => void setImmediate(resolve));
    }
    return found;
  }

  async find(id: string): Promise<CronJobStatus | undefined> {
    const entry = this.#deps.jobs.named(id);
    return entry && this.#statusOf(entry);
  }

  async get(id: string): Promise<CronJobStatus> {
    return this.#statusOf(this.#named(id));
  }

  add(asked: NewCronJob, asker: CronAsker = "owner"): Promise<CronJobStatus> {
    return this.#change(async () => {
      const { jobs, ledger, clock } = this.#deps;
      this.#assertOn();
      const job = checked(jobFrom(asked));
      if (jobs.named(job.id)) throw taken(job.id);
      if (jobs.ofPeople.length >= MOST_JOBS) {
        throw new RequestError("BUSY", `There are ${MOST_JOBS} jobs already. Remove some first.`);
      }
      if (asker !== "owner") this.#assertForGuests(asker, job);
      const state = await this.#newState(job, freshState(job, clock.now()));
      await ledger.put(job, state);
      jobs.put(job, state);
      return job.id;
    });
  }

  update(id: string, change: CronChange, asker: CronAsker = "owner"): Promise<CronJobStatus> {
    return this.#change(async () => {
      const { jobs, ledger, clock } = this.#deps;
      const before = this.#people(id, "changed");
      const job = checked({ ...jobFrom({ ...before.job, ...change } as NewCronJob), id });
      if (asker !== "owner") this.#assertForGuests(asker, job, before.job);
      const isSame = JSON.stringify(job.schedule) === before.state.schedule;
      const { incidentAtMs: _, ...kept } = withoutTimes(before.state);
      const fresh = { ...kept, ...freshState(job, clock.now()) };
      const state =
        isSame && job.enabled === before.job.enabled ? before.state : await this.#newState(job, fresh);
      this.#assertAgent(job);
      await ledger.put(job, state);
      jobs.put(job, state);
      return id;
    });
  }

  run(id: string, asker: CronAsker = "owner"): Promise<CronRunStatus> {
    return this.#deps.inTurn(async () => {
      const { clock, isRunning, perform } = this.#deps;
      this.#assertOn();
      const entry = this.#named(id);
      this.#assertAgent(entry.job);
      if (isRunning(id)) throw new RequestError("BUSY", `${shown(id)} is running right now.`);
      const now = clock.now();
      if (asker === "job") assertRested(entry.state.last?.atMs, now);
      const run = { job: entry.id, atMs: now, attempt: 1, isManual: true, startedAtMs: now, missed: 0 };
      return shownRun(await perform(entry, run), undefined);
    });
  }

  pause(id: string): Promise<CronJobStatus> {
    return this.#stand(id, ({ state }) => {
      const paused = state.paused ?? { atMs: this.#deps.clock.now(), by: "person" as const };
      return Promise.resolve({ ...withoutTimes(state), paused });
    });
  }

  resume(id: string): Promise<CronJobStatus> {
    return this.#stand(id, async (entry) => {
      const { paused, incidentAtMs: _, ...state } = entry.state;
      if (!paused) return entry.state;
      const next = this.#deps.jobs.isActive(entry)
        ? await this.#deps.jobs.nextOf(entry.job, entry.times)
        : {};
      return { ...withoutTimes(state), failures: 0, ...next };
    });
  }

  async remove(id: string): Promise<void> {
    await this.#deps.inTurn(async () => {
      const { ledger, jobs } = this.#deps;
      this.#people(id, "removed");
      await ledger.remove(id);
      jobs.drop(id);
    });
    this.#deps.changed();
  }

  async runs(id: string, limit: number): Promise<readonly CronRunStatus[]> {
    this.#named(id);
    const runs = await this.#deps.ledger.runs(id, limit);
    return Promise.all(
      runs.map(async (run) => {
        const { key } = run.end ?? {};
        return shownRun(run, key === undefined ? undefined : await this.#deps.delivery(key));
      }),
    );
  }

  preview(schedule: Schedule): readonly string[] {
    const now = this.#deps.clock.now();
    return shownTimes(schedule, newTimetable(schedule, now), now);
  }

  async #change(work: () => Promise<string>): Promise<CronJobStatus> {
    const id = await this.#deps.inTurn(work);
    this.#deps.changed();
    return this.get(id);
  }

  /** Lets a job stand in another way, whosever it is. */
  #stand(id: string, next: (entry: CronEntry) => Promise<CronState>): Promise<CronJobStatus> {
    return this.#change(async () => {
      const entry = this.#named(id);
      const state = await next(entry);
      await this.#deps.ledger.keep([{ origin: entry.origin, id, state }]);
      this.#deps.jobs.note(entry, state);
      return id;
    });
  }

  /** How a job stands that is there from now on. One that never comes is refused. */
  async #newState(job: CronJob, state: CronState): Promise<CronState> {
    this.#assertAgent(job);
    const times = newTimetable(job.schedule, state.anchorMs);
    if (!job.enabled || state.paused) return state;
    return { ...state, ...(await this.#deps.jobs.nextOf(job, times)) };
  }

  #named(id: string): CronEntry {
    const { jobs } = this.#deps;
    const entry = jobs.named(id);
    if (entry) return entry;
    const close = nearest(
      id,
      jobs.all.map((one) => one.id),
    );
    const hint = close === undefined ? "" : ` Did you mean ${shown(close)}?`;
    throw new RequestError("NOT_FOUND", `There is no scheduled job ${shown(id)}.${hint}`);
  }

  /** A job of people's: those of the configuration file are changed there. */
  #people(id: string, done: "changed" | "removed"): CronEntry {
    const people = this.#deps.jobs.at({ origin: "people", id });
    if (people) return people;
    this.#named(id);
    throw new RequestError(
      "FORBIDDEN",
      `${shown(id)} stands in the configuration file and has to be ${done} there; it can be paused from here.`,
    );
  }

  #assertOn(): void {
    if (!this.#deps.jobs.isOff) return;
    throw new RequestError("UNAVAILABLE", 'Scheduled jobs are switched off: "cron.enabled" is false.');
  }

  #assertAgent(job: CronJob): void {
    if (this.#deps.agentOf(job) !== undefined) return;
    throw new RequestError("BAD_REQUEST", `There is no agent ${shown(job.agentId ?? "")}.`);
  }

  /** What somebody may not have who is no owner. What an owner has made so already may stay so. */
  #assertForGuests(asker: "guest" | "job", job: CronJob, before?: CronJob): void {
    const { jobs, clock } = this.#deps;
    const now = clock.now();
    if (!before || !isSameSchedule(before, job)) assertRare(newTimetable(job.schedule, now), now, asker);
    if (before && isSamePlace(before, job)) return;
    assertRoom(
      job,
      jobs.ofPeople.filter(({ id }) => id !== job.id),
    );
  }

  async #statusOf(entry: CronEntry): Promise<CronJobStatus> {
    const { jobs, isRunning, clock, delivery } = this.#deps;
    const { key } = entry.state.last ?? {};
    const isHidden = jobs.isHidden(entry);
    return statusOf(entry, {
      isOff: jobs.isOff,
      isHidden,
      isRunning: !isHidden && isRunning(entry.id),
      nowMs: clock.now(),
      delivery: key === undefined ? undefined : await delivery(key),
    });
  }
}

/** A job as it was asked for, with what is usual. Without a wish a reminder goes when it has come. */
function jobFrom(asked: NewCronJob): CronJob {
  const { id, schedule, task, ...rest } = asked;
  return {
    id,
    schedule,
    task,
    kind: "agent",
    delivery: "announce",
    resumeContext: false,
    catchUp: true,
    deleteAfterRun: schedule.kind === "at",
    enabled: true,
    ...definedOf(rest),
  };
}

/** What a job is called, what it is to do, and where that goes, as the configuration file would have it. */
function checked(job: CronJob): CronJob {
  const looked = { id: jobIdSchema, task: jobFields.task, to: jobFields.to.optional() };
  for (const [name, schema] of Object.entries(looked)) {
    const { error } = schema.safeParse(job[name as keyof typeof looked]);
    if (error) throw new RequestError("BAD_REQUEST", `${name}: ${error.issues[0]?.message ?? "is wrong"}.`);
  }
  return job;
}

/** Without what is undefined, or `null`: that takes it away. */
function definedOf<T extends object>(fields: T): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as Partial<T>;
}

const isSameSchedule = (one: CronJob, other: CronJob) =>
  JSON.stringify(one.schedule) === JSON.stringify(other.schedule);

const isSamePlace = (one: CronJob, other: CronJob) => JSON.stringify(one.chat) === JSON.stringify(other.chat);

const shown = (id: string) => JSON.stringify(id);
const taken = (id: string) =>
  new RequestError(
    "BAD_REQUEST",
    `There is a scheduled job ${shown(id)} already. Choose another id, or update it.`,
  );
