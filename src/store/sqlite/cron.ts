import type {
  CronBook,
  CronEnd,
  CronJob,
  CronKey,
  CronLedger,
  CronRun,
  CronRunName,
  CronState,
} from "../../core/cron-job.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";

/** So many runs of one job are kept, or a few more: it is looked at with one in fifty of them. */
const MOST_RUNS = 2000;
const TRIM_EVERY = 50n;

export class SqliteCron implements CronLedger {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof cronStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = cronStatements(connection);
  }

  async load(): Promise<CronBook> {
    return this.#connection.read(() => ({
      jobs: this.#sql.jobs.all({}).map(({ body }) => decode(body)),
      states: this.#sql.states.all({}).map(({ origin, id, body }) => ({ origin, id, state: decode(body) })),
      open: this.#sql.open.all({}).map(({ body }) => decode(body)),
    }));
  }

  async put(job: CronJob, state: CronState): Promise<void> {
    this.#connection.write(() => {
      // What another job of that id did is not told as this one's.
      if (!this.#sql.job.get({ id: job.id })) this.#sql.forgetRuns.run({ job: job.id });
      this.#sql.put.run({ id: job.id, body: encode(job) });
      this.#keep({ origin: "people", id: job.id }, state);
    });
  }

  async remove(id: string): Promise<boolean> {
    return this.#connection.write(() => this.#remove({ origin: "people", id }));
  }

  async keep(states: readonly (CronKey & { readonly state: CronState })[]): Promise<void> {
    this.#connection.write(() => {
      for (const { state, ...key } of states) this.#keep(key, state);
    });
  }

  async begin(run: CronRun, key: CronKey, state: CronState): Promise<boolean> {
    return this.#connection.write(() => {
      this.#keep(key, state);
      const row = { ...nameOf(run), body: encode(run), endedAt: run.end?.endedAtMs ?? null };
      const begun = this.#sql.begin.get(row);
      if (begun && isTurnToTrim(run)) this.#sql.trim.run({ job: run.job, keep: MOST_RUNS });
      return begun !== undefined;
    });
  }

  async end(
    name: CronRunName,
    end: CronEnd,
    after?: { readonly key: CronKey; readonly state?: CronState },
  ): Promise<void> {
    this.#connection.write(() => {
      const row = this.#sql.find.get(nameOf(name));
      if (row) {
        const { work: _, ...run } = decode(row.body);
        this.#sql.end.run({ ...nameOf(name), body: encode({ ...run, end }), endedAt: end.endedAtMs });
      }
      if (!after) return;
      if (after.state) this.#keep(after.key, after.state);
      else this.#remove(after.key);
    });
  }

  async isKnown(job: string, atMs: number): Promise<boolean> {
    return this.#connection.read(() => this.#sql.known.get({ job, at: atMs }) !== undefined);
  }

  async runs(job: string, limit: number): Promise<readonly CronRun[]> {
    return this.#connection.read(() => this.#sql.runs.all({ job, limit })).map(({ body }) => decode(body));
  }

  #keep({ origin, id }: CronKey, state: CronState): void {
    this.#sql.keep.run({ origin, id, body: encode(state) });
  }

  #remove({ origin, id }: CronKey): boolean {
    this.#sql.forget.run({ origin, id });
    return origin === "people" && this.#sql.remove.run({ id }) > 0;
  }
}

/** By the run's name: jobs that take turns would otherwise meet the same numbers of the sequence again and again. */
const isTurnToTrim = ({ job, atMs }: CronRunName) => Bun.hash.wyhash(`${job} ${atMs}`) % TRIM_EVERY === 0n;

type Name = { job: string; at: number; attempt: number; manual: number };

const nameOf = ({ job, atMs, attempt, isManual }: CronRunName): Name => ({
  job,
  at: atMs,
  attempt,
  manual: isManual ? 1 : 0,
});

interface StateRow extends CronKey {
  readonly body: Json<CronState>;
}

type RunRow = Name & { body: Json<CronRun>; endedAt: number | null };

function cronStatements(connection: Connection) {
  const named = "job = $job and at = $at and attempt = $attempt and is_manual = $manual";
  return {
    jobs: connection.query<{ body: Json<CronJob> }>("select body from cron_job order by seq"),
    states: connection.query<StateRow>("select origin, id, body from cron_state"),
    open: connection.query<{ body: Json<CronRun> }>(
      "select body from cron_run indexed by cron_run_open where ended_at is null order by seq",
    ),
    job: connection.query<{ id: string }, { id: string }>("select id from cron_job where id = $id"),
    forgetRuns: connection.query<unknown, { job: string }>(
      "delete from cron_run where job = $job and ended_at is not null",
    ),
    put: connection.query<unknown, { id: string; body: Json<CronJob> }>(
      "insert into cron_job (id, body) values ($id, $body) on conflict (id) do update set body = excluded.body",
    ),
    remove: connection.query<unknown, { id: string }>("delete from cron_job where id = $id"),
    keep: connection.query<unknown, { origin: string; id: string; body: Json<CronState> }>(
      `insert into cron_state (origin, id, body) values ($origin, $id, $body)
       on conflict (origin, id) do update set body = excluded.body`,
    ),
    forget: connection.query<unknown, { origin: string; id: string }>(
      "delete from cron_state where origin = $origin and id = $id",
    ),
    begin: connection.query<{ seq: number }, RunRow>(
      `insert into cron_run (job, at, attempt, is_manual, body, ended_at)
       values ($job, $at, $attempt, $manual, $body, $endedAt) on conflict do nothing returning seq`,
    ),
    trim: connection.query<unknown, { job: string; keep: number }>(
      `delete from cron_run where ended_at is not null and job = $job and seq <= (select seq from cron_run
         where job = $job order by seq desc limit 1 offset $keep)`,
    ),
    find: connection.query<{ body: Json<CronRun> }, Name>(`select body from cron_run where ${named}`),
    end: connection.query<unknown, RunRow>(
      `update cron_run set body = $body, ended_at = $endedAt where ${named}`,
    ),
    known: connection.query<{ at: number }, { job: string; at: number }>(
      "select at from cron_run where job = $job and at = $at and is_manual = 0 limit 1",
    ),
    runs: connection.query<{ body: Json<CronRun> }, { job: string; limit: number }>(
      "select body from cron_run where job = $job order by seq desc limit $limit",
    ),
  };
}
