import type { FileShelf, OutgoingFile } from "./file-shelf.ts";

const STORE = "files";

/** A shelf in IndexedDB, with memory before it: localStorage is too small for files. */
export function browserShelf(factory: IDBFactory | undefined): FileShelf {
  const memory = new Map<string, readonly OutgoingFile[]>();
  let database: Promise<IDBDatabase | undefined> | undefined;
  const open = () => (database ??= openDatabase(factory));
  return {
    async put(key, files) {
      memory.set(key, files);
      const store = storeOf(await open(), "readwrite");
      if (store) await settled(store.put(files, key));
    },
    async get(key) {
      const known = memory.get(key);
      if (known) return known;
      const store = storeOf(await open(), "readonly");
      const kept: unknown = store && (await settled(store.get(key)));
      return Array.isArray(kept) ? (kept as readonly OutgoingFile[]) : undefined;
    },
    async remove(key) {
      memory.delete(key);
      const store = storeOf(await open(), "readwrite");
      if (store) await settled(store.delete(key));
    },
  };
}

function storeOf(database: IDBDatabase | undefined, mode: IDBTransactionMode): IDBObjectStore | undefined {
  return database?.transaction(STORE, mode).objectStore(STORE);
}

/** Resolves with undefined where there is no database to be had, as in some private windows. */
function openDatabase(factory: IDBFactory | undefined): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    if (!factory) return resolve(undefined);
    const request = factory.open("pi-gateway", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => resolve(undefined));
    request.addEventListener("blocked", () => resolve(undefined));
  });
}

/** Resolves with undefined if it failed: memory still has what was put. */
function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => resolve(undefined));
  });
}
