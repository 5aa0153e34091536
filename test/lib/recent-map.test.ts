import { expect, test } from "bun:test";
import { RecentMap } from "../../src/lib/recent-map.ts";

test("keeps what was used last, and never more than it may", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect(map.get("b")).toBeUndefined();
  expect([map.get("a"), map.get("c")]).toEqual([1, 3]);
  map.set("c", 4);
  expect([map.get("a"), map.get("c")]).toEqual([1, 4]);
  map.delete("c");
  expect(map.get("c")).toBeUndefined();
});
