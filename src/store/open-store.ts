import type { Store } from "../core/store.ts";
import { SqliteStore, type StoreOptions } from "./sqlite/store.ts";

export type { StoreOptions } from "./sqlite/store.ts";

/** The store of this gateway, not yet open: `open` takes the lock, brings the file up to date, and frees what a dead process held. */
export function openStore(options: StoreOptions): Store {
  return new SqliteStore(options);
}
