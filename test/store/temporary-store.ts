import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../src/lib/logger.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

/** A SQLite store in a folder of its own, open. `end` closes it and removes the folder. */
export async function openTemporaryStore() {
  const folder = mkdtempSync(join(tmpdir(), "pi-gateway-store-"));
  const clock = new FakeClock();
  const open = async () => {
    const store = storeIn(folder, clock);
    await store.open();
    return store;
  };
  let store = await open();
  return {
    folder,
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
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A store on the files of `folder`, not yet open. */
export function storeIn(folder: string, clock: FakeClock): SqliteStore {
  return new SqliteStore({
    database: join(folder, "gateway.db"),
    lock: join(folder, "gateway.lock.db"),
    clock,
    log: silentLogger,
  });
}
