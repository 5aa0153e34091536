import { expect, test } from "bun:test";
import { routeName } from "../../src/plugins/route-path.ts";

test("patterns that answer the same paths have one name", () => {
  expect(routeName("GET", "/a/:id/b")).toBe(routeName("GET", "/a/:key/b/"));
  expect(routeName("GET", "/a/:id")).not.toBe(routeName("GET", "/a/id"));
  expect(routeName("GET", "/a")).not.toBe(routeName("POST", "/a"));
});

test.each([
  ["get", "/a", "no method of HTTP"],
  ["GET", "a", "starts with a slash"],
  ["GET", "/a?b=1", "cannot stand in the path"],
  ["GET", "/files/*", "cannot stand in the path"],
  ["GET", "/a b", "cannot stand in the path"],
  ["GET", "/:", "cannot stand in the path"],
  ["GET", "/:a/:a", "the same name twice"],
])("%s %s cannot be a route", (method, path, why) => {
  expect(() => routeName(method, path)).toThrow(why);
});
