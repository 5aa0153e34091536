/** The part of the browser's storage that the page uses. */
export interface KeyValueStore {
  get(key: string): string | undefined;
  /** False where it could not be kept: storage is full or forbidden. It is then remembered until a reload. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): readonly string[];
}

/** What we need of `localStorage` and `sessionStorage`. */
interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Everything of ours begins with this. */
export const STORAGE_PREFIX = "pi-gateway.";

/** The browser's storage; a browser that forbids it gets one that lasts until the reload. */
export function browserStore(open: () => WebStorage): KeyValueStore {
  const memory = new Map<string, string>();
  const storage = usable(open);
  return {
    get: (key) => memory.get(key) ?? storage?.getItem(STORAGE_PREFIX + key) ?? undefined,
    set(key, value) {
      try {
        if (!storage) throw new Error("storage is forbidden here");
        storage.setItem(STORAGE_PREFIX + key, value);
        memory.delete(key);
        return true;
      } catch {
        // Full or forbidden: the caller is told, and the value lives as long as the page.
        memory.set(key, value);
        return false;
      }
    },
    remove(key) {
      memory.delete(key);
      storage?.removeItem(STORAGE_PREFIX + key);
    },
    keys() {
      const kept = namesIn(storage).filter((key) => key.startsWith(STORAGE_PREFIX));
      return [...new Set([...kept.map((key) => key.slice(STORAGE_PREFIX.length)), ...memory.keys()])];
    },
  };
}

function namesIn(storage: WebStorage | undefined): readonly string[] {
  return Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
}

function usable(open: () => WebStorage): WebStorage | undefined {
  try {
    const storage = open();
    storage.getItem(STORAGE_PREFIX);
    return storage;
  } catch {
    // Some browsers throw on the mere look at it when cookies are blocked.
    return undefined;
  }
}

/** Reads a JSON value; undefined for one that is missing or broken. */
export function readJson(store: KeyValueStore, key: string): unknown {
  const text = store.get(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Written by something else, or cut off: worth no more than nothing.
    return undefined;
  }
}
