import { expect, test } from "bun:test";
import { browserStore, readJson } from "../../../src/web/state/storage.ts";

/** A storage as browsers have it, that may be full. */
class FakeStorage {
  readonly values = new Map<string, string>();
  isFull = false;
  get length() {
    return this.values.size;
  }
  key(index: number) {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.isFull) throw new Error("QuotaExceededError");
    this.values.set(key, value);
  }
  removeItem(key: string) {
    this.values.delete(key);
  }
}

test("everything is kept under our own prefix, and only that is listed", () => {
  const storage = new FakeStorage();
  storage.setItem("other", "1");
  const store = browserStore(() => storage);
  expect(store.set("a", "1")).toBe(true);
  expect(storage.getItem("pi-gateway.a")).toBe("1");
  expect(store.keys()).toEqual(["a"]);
});

test("a full storage says so and still remembers until the reload", () => {
  const storage = new FakeStorage();
  storage.isFull = true;
  const store = browserStore(() => storage);
  expect(store.set("a", "1")).toBe(false);
  expect(store.get("a")).toBe("1");
  expect(store.keys()).toEqual(["a"]);
  store.remove("a");
  expect(store.get("a")).toBeUndefined();
});

test("a browser that forbids storage gets a page that works until the reload", () => {
  const store = browserStore(() => {
    throw new Error("SecurityError");
  });
  store.set("a", "1");
  expect(store.get("a")).toBe("1");
});

test("a broken value reads as nothing", () => {
  const store = browserStore(() => new FakeStorage());
  store.set("a", "{");
  expect(readJson(store, "a")).toBeUndefined();
  expect(readJson(store, "b")).toBeUndefined();
});
