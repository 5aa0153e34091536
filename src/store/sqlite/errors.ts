import { SQLiteError } from "bun:sqlite";
import { StoreError } from "../../core/errors.ts";

type Reading = readonly [prefix: string, code: StoreError["code"], sentence: string];

/** What SQLite's codes mean to us, and to the person who reads the log. The first that fits counts. */
const READINGS: readonly Reading[] = [
  ["SQLITE_FULL", "full", "The disk is full: nothing can be stored until there is space again."],
  ["SQLITE_IOERR_SHMSIZE", "full", "The disk is full: nothing can be stored until there is space again."],
  ["SQLITE_READONLY", "read-only", "The database cannot be written: the file or its disk is read-only."],
  ["SQLITE_CORRUPT", "corrupt", "The database is damaged. Restore it from a backup, or move it away."],
  ["SQLITE_NOTADB", "corrupt", "The file is not a database of ours. Move it away to begin with a new one."],
  ["SQLITE_BUSY", "locked", "Another program keeps the database locked."],
  ["SQLITE_LOCKED", "locked", "Another program keeps the database locked."],
  ["SQLITE_CANTOPEN", "failed", "The database cannot be opened: its folder is missing or closed to us."],
  ["SQLITE_PERM", "failed", "The database cannot be opened: we have no right to its file."],
  ["SQLITE_IOERR", "failed", "The disk refused to read or write the database."],
];

/** The one place where an engine's failure becomes ours. What is no failure of SQLite comes back as it is. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof SQLiteError)) return error;
  const code = error.code ?? "";
  const [, kind, sentence] = READINGS.find(([prefix]) => code.startsWith(prefix)) ?? [
    "",
    "failed" as const,
    "The database refused a command.",
  ];
  return new StoreError(kind, `${sentence} (${code || "SQLite"}: ${error.message})`, {
    cause: error,
    ...(kind === "corrupt" ? { retry: "never" } : {}),
  });
}
