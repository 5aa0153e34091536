import type { Database } from "bun:sqlite";
import { StoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";
import { openPrivately } from "./private-file.ts";

/**
 * Makes one process the only one on a state: an exclusive transaction that is never committed, on a
 * file of its own. The system ends it with the process, however that dies. Nothing else may open the
 * file: on POSIX, closing any descriptor of it would drop the lock.
 */
export class ProcessLock {
  readonly #path: string;
  #held: Database | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws `StoreError` `locked` if somebody has it. */
  take(): void {
    if (this.#held) return;
    let database: Database | undefined;
    try {
      database = openPrivately(this.#path);
      database.run("pragma busy_timeout = 0; pragma journal_mode = memory; begin exclusive");
      // On a file that cannot be written, SQLite takes "exclusive" for "shared": only a write shows it.
      database.run("pragma user_version = 1");
      this.#held = database;
    } catch (error) {
      database?.close(true);
      throw withOwnSentence(toStoreError(error), this.#path);
    }
  }

  release(): void {
    this.#held?.close(true);
    this.#held = undefined;
  }
}

function withOwnSentence(error: unknown, path: string): unknown {
  if (!(error instanceof StoreError) || error.code !== "locked") return error;
  return new StoreError("locked", `Another pi-gateway is running on this state: it holds ${path}.`, {
    retry: "never",
    cause: error,
  });
}
