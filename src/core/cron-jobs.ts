import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Config } from "./config-schema.ts";
import type { CronBook, CronJob, CronKey, CronLedger, CronState } from "./cron-job.ts";
import { type CronEntry, freshState, rightedState, timesOf, withoutTimes } from "./cron-state.ts";
import { RequestError } from "./errors.ts";
import type { Address } from "./message.ts";
import { movedPlace } from "./moved-chats.ts";
import type { Timetable } from "./schedule.ts";
import { isInChat } from "./target.ts";

export interface CronJobsDeps {
  readonly ledger: CronLedger;
  readonly config: () => Config["cron"];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The jobs of a configuration as jobs. */
export function jobsOf({ jobs }: Config["cron"]): readonly CronJob[] {
  return jobs.map((job) => ({ ...definedOf(job), deleteAfterRun: false }) as CronJob);
}

const definedOf = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * All jobs and how they stand, as the store and the configuration have them: one of the configuration hides one of
 * people's with the same id for as long as it is there. What stands here is in the store, too.
 */
export class CronJobs {
  readonly #deps: CronJobsDeps;
  readonly #people = new Map<string, CronJob>();
  readonly #states = new Map<string, CronState>();
  readonly #entries = new Map<string, CronEntry>();
  #version = 0;

  constructor(deps: CronJobsDeps) {
    this.#deps = deps;
  }

  /** Takes what the store has. `align` follows. */
  take({ jobs, states }: CronBook): void {
    this.#people.clear();
    this.#states.clear();
    for (const job of jobs) this.#people.set(job.id, job);
    for (const { state, ...key } of states) this.#states.set(nameOf(key), state);
  }

  /** The configuration's in its order, then people's. */
  get all(): readonly CronEntry[] {
    return [...this.#entries.values()];
  }

  /** Another number whenever a job may be another one, or stand in another way. */
  get version(): number {
    return this.#version;
  }

  get isOff(): boolean {
    return !this.#deps.config().enabled;
  }

  /** The job of that id: the configuration's, where both have one. */
  named(id: string): CronEntry | undefined {
    return this.at({ origin: "config", id }) ?? this.at({ origin: "people", id });
  }

  at(key: CronKey): CronEntry | undefined {
    return this.#entries.get(nameOf(key));
  }

  get ofPeople(): readonly CronJob[] {
    return [...this.#people.values()];
  }

  isHidden({ origin, id }: CronKey): boolean {
    return origin === "people" && this.at({ origin: "config", id }) !== undefined;
  }

  /** Whether it takes part at all; a pause is something else. */
  isActive(entry: CronEntry): boolean {
    return !this.isOff && entry.job.enabled && !this.isHidden(entry);
  }

  /** How a job stands by now, which the store knows already. */
  note(key: CronKey, state: CronState): void {
    const entry = this.at(key);
    this.#version += 1;
    this.#states.set(nameOf(key), state);
    if (entry) this.#entries.set(nameOf(key), { ...entry, state });
  }

  /** A job of people's that is there now, or is another one now; the store knows it already. */
  put(job: CronJob, state: CronState): void {
    const one = { origin: "people", id: job.id, job } as const;
    this.#version += 1;
    this.#people.set(job.id, job);
    this.#states.set(nameOf(one), state);
    this.#entries.set(nameOf(one), this.#entryOf(one, this.#deps.clock.now()));
  }

  /** One of people's that is gone; the store knows it already. */
  drop(id: string): void {
    const name = nameOf({ origin: "people", id });
    this.#version += 1;
    this.#people.delete(id);
    this.#states.delete(name);
    this.#entries.delete(name);
  }

  /**
   * Makes the times to come right: for jobs that are new, or whose schedule is another one, or that take part again;
   * and for all with `isAll`: at the start, and after the clock was set back. A time that has passed and was not begun is left to be made up for, and
   * no time comes twice.
   */
  async align(isAll: boolean): Promise<void> {
    const { clock, ledger } = this.#deps;
    const now = clock.now();
    const before = new Map(this.#states);
    this.#rebuild(now);
    for (const entry of this.all) {
      const isRight =
        !isAll && entry.state === before.get(nameOf(entry)) && entry.state.nextAtMs !== undefined;
      const state = isRight && this.isActive(entry) ? entry.state : await this.#aligned(entry, now);
      if (state !== entry.state) this.note(entry, state);
    }
    this.#letGo();
    const changed = [...this.#states].filter(([name, state]) => before.get(name) !== state);
    if (changed.length > 0) await ledger.keep(changed.map(([name, state]) => ({ ...keyOf(name), state })));
  }

  /** Jobs of people's whose answers go to a chat that has another address now. */
  async move(from: Address, to: Address): Promise<void> {
    for (const { origin, job, state } of this.all) {
      if (origin !== "people" || !job.chat || !isInChat(job.chat, from)) continue;
      const moved = { ...job, chat: movedPlace(job.chat, to) };
      await this.#deps.ledger.put(moved, state);
      this.put(moved, state);
    }
  }

  /** The first time after now that was not begun yet. */
  async nextOf(job: CronJob, times: Timetable): Promise<{ readonly nextAtMs?: number }> {
    const { clock, ledger } = this.#deps;
    let at = times.next(clock.now());
    while (at !== undefined && (await ledger.isKnown(job.id, at))) at = times.next(at);
    return at === undefined ? {} : { nextAtMs: at };
  }

  async #aligned(entry: CronEntry, nowMs: number): Promise<CronState> {
    const { job, times, state } = entry;
    const hasTimes = state.nextAtMs !== undefined || state.retry !== undefined;
    if (!this.isActive(entry) || state.paused) return hasTimes ? withoutTimes(state) : state;
    if (state.nextAtMs !== undefined && state.nextAtMs <= nowMs) return state;
    const next = await this.nextOf(job, times);
    if (next.nextAtMs === state.nextAtMs) return state;
    const { nextAtMs: _, ...rest } = state;
    return { ...rest, ...next };
  }

  /** Jobs that the file has no more: a pause of theirs is kept for when they come back, and nothing is made up for. */
  #letGo(): void {
    for (const [name, state] of this.#states) {
      if (this.at(keyOf(name)) || (state.nextAtMs === undefined && !state.retry)) continue;
      this.#states.set(name, withoutTimes(state));
    }
  }

  #rebuild(nowMs: number): void {
    const own = jobsOf(this.#deps.config()).map((job) => ({ origin: "config", id: job.id, job }) as const);
    const people = [...this.#people.values()].map((job) => ({ origin: "people", id: job.id, job }) as const);
    this.#version += 1;
    for (const one of [...own, ...people]) {
      const known = this.#states.get(nameOf(one));
      if (known) this.#states.set(nameOf(one), rightedState(one.job, known, nowMs));
    }
    const entries = [...own, ...people].map((one) => [nameOf(one), this.#entryOf(one, nowMs)] as const);
    this.#entries.clear();
    for (const [name, entry] of entries) this.#entries.set(name, entry);
  }

  #entryOf(one: CronKey & { readonly job: CronJob }, nowMs: number): CronEntry {
    const { origin, id, job } = one;
    const known = this.#states.get(nameOf(one));
    const isSame = known?.schedule === JSON.stringify(job.schedule);
    const paused = known?.paused ? { paused: known.paused } : {};
    const state = isSame ? known : { ...freshState(job, nowMs), ...paused };
    this.#states.set(nameOf(one), state);
    const { jitterMs = this.#deps.config().jitterMs } = job;
    const before = this.#entries.get(nameOf(one));
    // Reading an expression takes a while, and there may be thousands.
    const times = before && hasSameTimes(before.state, state) ? before.times : this.#timesOf(job, state);
    return { origin, id, job, state, jitterMs, times };
  }

  #timesOf(job: CronJob, state: CronState): Timetable {
    try {
      return timesOf(job, state);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // It was right once; what zones there are may have changed since.
      this.#deps.log.error({ job: job.id, reason: error.message }, "a scheduled job has no times any more");
      return NO_TIMES;
    }
  }
}

const hasSameTimes = (one: CronState, other: CronState) =>
  one.schedule === other.schedule && one.anchorMs === other.anchorMs;

const NO_TIMES: Timetable = {
  next: () => undefined,
  latest: () => undefined,
  isOnce: false,
  isWholeHour: () => false,
};

const nameOf = ({ origin, id }: CronKey) => `${origin} ${id}`;

function keyOf(name: string): CronKey {
  const [origin = ""] = name.split(" ", 1);
  return { origin: origin as CronKey["origin"], id: name.slice(origin.length + 1) };
}
