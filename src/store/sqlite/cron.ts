import type { CronJob } from "../../core/cron.ts";
import type { CronLedger } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";

export class SqliteCron implements CronLedger {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof cronStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = cronStatements(connection);
  }

  async list(): Promise<readonly CronJob[]> {
    const rows = this.#connection.read(() => this.#sql.list.all({}));
    return rows.map(({ body }) => decode(body));
  }

  async put(job: CronJob): Promise<void> {
    this.#connection.write(() => this.#sql.put.run({ id: job.id, body: encode(job) }));
  }

  async remove(id: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.remove.run({ id }) > 0);
  }

  async claimRun(job: string, scheduledForMs: number): Promise<boolean> {
    return this.#connection.write(() => this.#sql.claimRun.run({ job, at: scheduledForMs }) > 0);
  }
}

function cronStatements(connection: Connection) {
  return {
    list: connection.query<{ body: Json<CronJob> }>("select body from cron_job order by rowid"),
    put: connection.query<unknown, { id: string; body: Json<CronJob> }>(
      "insert into cron_job (id, body) values ($id, $body) on conflict (id) do update set body = excluded.body",
    ),
    remove: connection.query<unknown, { id: string }>("delete from cron_job where id = $id"),
    claimRun: connection.query<unknown, { job: string; at: number }>(
      "insert into cron_run (job, scheduled_for) values ($job, $at) on conflict do nothing",
    ),
  };
}
