import { Database } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";

/**
 * Opens the database in `path`, made if there is none, for its owner only. SQLite gives the files it
 * puts beside it the same mode.
 */
export function openPrivately(path: string): Database {
  const isNew = !existsSync(path);
  const database = new Database(path, { create: true, readwrite: true, strict: true });
  if (isNew) restrict(path);
  return database;
}

function restrict(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch {
    // Some disks know no modes: there the folder has to protect it.
  }
}
