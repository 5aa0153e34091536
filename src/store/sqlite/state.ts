import type { StateLedger } from "../../core/store.ts";
import type { Connection } from "./connection.ts";

export class SqliteState implements StateLedger {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof stateStatements>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = stateStatements(connection);
  }

  async get(namespace: string, key: string): Promise<string | undefined> {
    return this.#connection.read(() => this.#sql.get.get({ namespace, key }))?.value;
  }

  async set(namespace: string, key: string, value: string): Promise<void> {
    this.#connection.write(() => this.#sql.set.run({ namespace, key, value }));
  }
}

function stateStatements(connection: Connection) {
  return {
    get: connection.query<{ value: string }, { namespace: string; key: string }>(
      "select value from state where namespace = $namespace and key = $key",
    ),
    set: connection.query<unknown, { namespace: string; key: string; value: string }>(
      `insert into state (namespace, key, value) values ($namespace, $key, $value)
       on conflict (namespace, key) do update set value = excluded.value`,
    ),
  };
}
