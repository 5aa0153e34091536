import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

/** A new folder, and how to be rid of it. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "pi-gateway-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A SQLite store in a folder of its own, open. `end` closes it and removes the folder. */
export async function openTemporaryStore() {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const open = async () => {
    const store = storeIn(folder.path, clock);
    await store.open();
    return store;
  };
  let store = await open();
  return {
    folder: folder.path,
    clock,
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await open();
    },
    async end() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

/** A store on the files of `folder`, not yet open. */
export function storeIn(folder: string, clock: Clock): SqliteStore {
  return new SqliteStore({
    database: join(folder, "gateway.db"),
    lock: join(folder, "gateway.lock.db"),
    clock,
    log: silentLogger,
  });
}
