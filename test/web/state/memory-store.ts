import type { KeyValueStore } from "../../../src/web/state/storage.ts";

/** A browser's storage without a browser. */
export class MemoryStore implements KeyValueStore {
  readonly values = new Map<string, string>();
  get(key: string): string | undefined {
    return this.values.get(key);
  }
  set(key: string, value: string): boolean {
    this.values.set(key, value);
    return true;
  }
  remove(key: string): void {
    this.values.delete(key);
  }
  keys(): readonly string[] {
    return [...this.values.keys()];
  }
}
