import { describe, expect, test } from "bun:test";
import { type Route, Router } from "../../src/http/router.ts";
import { NameTakenError } from "../../src/core/errors.ts";

const named = (name: string): Route => ({ auth: "none", run: () => new Response(name) });

function found(router: Router, method: string, path: string) {
  const match = router.match(method, path);
  if (match.kind !== "found") return match.kind;
  const { route, params, rawParams } = match;
  return { route, params, rawParams };
}

describe("matching", () => {
  const [list, one, run, special] = [named("list"), named("one"), named("run"), named("special")];
  const router = new Router();
  router.add("GET", "/api/jobs", list);
  router.add("GET", "/api/jobs/:id", one);
  router.add("POST", "/api/jobs/:id/run", run);
  router.add("GET", "/api/jobs/special", special);

  test("a path finds its route, with its parts by name", () => {
    expect(found(router, "GET", "/api/jobs")).toMatchObject({ route: list, params: {} });
    expect(found(router, "GET", "/api/jobs/7")).toMatchObject({ route: one, params: { id: "7" } });
    expect(found(router, "POST", "/api/jobs/7/run")).toMatchObject({ route: run, params: { id: "7" } });
  });

  test("a fixed part goes before a name, and a name is tried where the fixed part leads nowhere", () => {
    expect(found(router, "GET", "/api/jobs/special")).toMatchObject({ route: special });
    expect(found(router, "POST", "/api/jobs/special/run")).toMatchObject({
      route: run,
      params: { id: "special" },
    });
  });

  test("a slash at the end does not count; an empty part does", () => {
    expect(found(router, "GET", "/api/jobs/")).toMatchObject({ route: list });
    expect(found(router, "GET", "/api//jobs")).toBe("unknown");
  });

  test("parts are decoded once, and there as they were too", () => {
    expect(found(router, "GET", "/api/jobs/a%2Fb%253A")).toMatchObject({
      params: { id: "a/b%3A" },
      rawParams: { id: "a%2Fb%253A" },
    });
    expect(found(router, "GET", "/%61pi/jobs")).toMatchObject({ route: list });
  });

  test("broken percent-encoding is malformed, not unknown", () => {
    expect(found(router, "GET", "/api/jobs/%zz")).toBe("malformed");
    expect(found(router, "GET", "/api/jobs/%ff")).toBe("malformed");
  });

  test("the wrong method is told apart, with the right ones", () => {
    expect(router.match("DELETE", "/api/jobs/7")).toEqual({ kind: "wrong-method", allowed: ["GET", "HEAD"] });
    expect(router.match("GET", "/api/jobs/7/run")).toEqual({ kind: "wrong-method", allowed: ["POST"] });
  });

  test("HEAD is answered by the route of GET", () => {
    expect(found(router, "HEAD", "/api/jobs")).toMatchObject({ route: list });
  });

  test("nothing else is there, however long the path", () => {
    expect(found(router, "GET", "/")).toBe("unknown");
    expect(found(router, "GET", "/api")).toBe("unknown");
    expect(found(router, "GET", `/api${"/x".repeat(10_000)}`)).toBe("unknown");
    expect(found(router, "GET", "/__proto__")).toBe("unknown");
    expect(found(router, "constructor", "/api/jobs")).toBe("wrong-method");
  });
});

describe("while it is in use", () => {
  test("routes come and go", () => {
    const router = new Router();
    const kept = named("kept");
    router.add("GET", "/a/:x", kept);
    const added = router.add("GET", "/a/:x/b/:y", named("added"));
    const other = router.add("POST", "/a/:x", named("other"));
    expect(router.patterns).toEqual(["/a/:x", "/a/:x/b/:y"]);
    added[Symbol.dispose]();
    other[Symbol.dispose]();
    expect(found(router, "GET", "/a/1/b/2")).toBe("unknown");
    expect(found(router, "POST", "/a/1")).toBe("wrong-method");
    expect(found(router, "GET", "/a/1")).toMatchObject({ route: kept });
    expect(router.patterns).toEqual(["/a/:x"]);
  });

  test("a route is there once, and a stale removal does not take its successor", () => {
    const router = new Router();
    const first = router.add("GET", "/a", named("first"));
    expect(() => router.add("GET", "/a", named("second"))).toThrow(NameTakenError);
    expect(() => router.add("GET", "/a/", named("second"))).toThrow(NameTakenError);
    first[Symbol.dispose]();
    const second = named("second");
    router.add("GET", "/a", second);
    first[Symbol.dispose]();
    expect(found(router, "GET", "/a")).toMatchObject({ route: second });
  });

  test("two names at one place do not disturb each other", () => {
    const router = new Router();
    router.add("GET", "/a/:one", named("one"));
    router.add("POST", "/a/:two", named("two"));
    expect(found(router, "GET", "/a/1")).toMatchObject({ params: { one: "1" } });
    expect(found(router, "POST", "/a/2")).toMatchObject({ params: { two: "2" } });
  });
});
