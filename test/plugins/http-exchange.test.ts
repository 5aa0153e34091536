import { describe, expect, test } from "bun:test";
import { RequestError } from "../../src/core/errors.ts";
import { exchange } from "../../src/plugins/http-exchange.ts";
import type { HttpHandler, HttpRouteOptions } from "../../src/plugins/http-route.ts";

interface Asked {
  readonly address?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly options?: HttpRouteOptions;
}

function ask(handler: HttpHandler, { address = "/a", body, headers = {}, options = {} }: Asked = {}) {
  const url = new URL(address, "http://localhost:1");
  const request = new Request(url.href, {
    method: body === undefined ? "GET" : "POST",
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const facts = {
    request,
    url,
    params: { id: "7" },
    remote: "127.0.0.1",
    body: async () => new TextEncoder().encode(body ?? ""),
  };
  return exchange({ method: "GET", path: "/a", handler, options }, "shop", facts);
}

describe("a handler answers", () => {
  test("with JSON, as in the guide", async () => {
    const response = await ask(async (_req, res) => {
      res.json({ status: "ok" });
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ status: "ok" });
  });

  test("with a status, headers and a text", async () => {
    const response = await ask((_req, res) =>
      res.status(201).set("X-A", "1").set({ "Content-Type": "text/css" }).send("a{}"),
    );
    expect([response.status, response.headers.get("x-a"), response.headers.get("content-type")]).toEqual([
      201,
      "1",
      "text/css",
    ]);
    expect(await response.text()).toBe("a{}");
  });

  test("with nothing, bytes, or an object", async () => {
    expect(await (await ask((_req, res) => res.status(204).end())).text()).toBe("");
    expect(await (await ask((_req, res) => res.send(new Uint8Array([65])))).text()).toBe("A");
    expect(await (await ask((_req, res) => res.send([1]))).json()).toEqual([1]);
  });

  test("with a Response of its own, also one whose headers cannot be added to", async () => {
    const response = await ask(() => Response.redirect("http://localhost:1/b", 303));
    expect(response.status).toBe(303);
    response.headers.set("X-Added", "1");
    expect(await (await ask(async () => new Response("hi", { status: 418 }))).text()).toBe("hi");
  });

  test("later than it returns", async () => {
    const response = await ask((_req, res) => {
      setImmediate(() => res.json("late"));
    });
    expect(await response.json()).toBe("late");
  });

  test("once: what comes after is ignored", async () => {
    const response = await ask((_req, res) => {
      res.json("first");
      res.status(500).json("second");
    });
    expect([response.status, await response.json()]).toEqual([200, "first"]);
  });
});

describe("a handler sees", () => {
  const seen = async (look: (...args: Parameters<HttpHandler>) => unknown, asked: Asked) =>
    (await ask((req, res) => res.json(look(req, res)), asked)).json();

  test("the address, its names and what stands behind it", async () => {
    const look: HttpHandler = ({ method, url, path, params, query, remote }) =>
      ({ method, url, path, params, query, remote }) as never;
    expect(await seen(look, { address: "/a/b?x=1&x=2&y=%C3%A9" })).toEqual({
      method: "GET",
      url: "http://localhost:1/a/b?x=1&x=2&y=%C3%A9",
      path: "/a/b",
      params: { id: "7" },
      query: { x: "2", y: "é" },
      remote: "127.0.0.1",
    });
  });

  test("headers in both ways", async () => {
    const headers = { "X-Signature": "abc", get: "a header of this name" };
    const both = ({ headers: got }: Parameters<HttpHandler>[0]) => [
      got["x-signature"],
      got.get("X-Signature"),
    ];
    expect(await seen(both, { headers })).toEqual(["abc", "abc"]);
  });

  test.each([
    ["application/json; charset=utf-8", '{"a":1}', { a: 1 }],
    ["application/vnd.x+json", "[1]", [1]],
    ["application/x-www-form-urlencoded", "a=1&b=%20", { a: "1", b: " " }],
    ["text/plain", "hello", "hello"],
  ])("a body of type %s as what it is", async (type, body, expected) => {
    expect(await seen((req) => req.body, { body, headers: { "content-type": type } })).toEqual(expected);
  });

  test("a body of another type as bytes, and none as none", async () => {
    const text = (req: Parameters<HttpHandler>[0]) => [
      req.body instanceof Uint8Array,
      req.text(),
      req.json(),
    ];
    expect(await seen(text, { body: "[1]", headers: { "content-type": "image/png" } })).toEqual([
      true,
      "[1]",
      [1],
    ]);
    expect(await seen((req) => req.body === undefined, {})).toBe(true);
  });
});

describe("what goes wrong is said", () => {
  test("a body that is no JSON is the caller's fault", async () => {
    const asked = { body: "{", headers: { "content-type": "application/json" } };
    expect(ask((req, res) => res.json(req.body), asked)).rejects.toThrow("not valid JSON");
    expect(ask((req, res) => res.json(req.body), asked)).rejects.toBeInstanceOf(RequestError);
  });

  test("what a handler throws names the plugin and the route, with its own error inside", async () => {
    const cause = new Error("broken");
    const failing = [
      () => {
        throw cause;
      },
      () => Promise.reject(cause),
    ];
    for (const handler of failing) {
      const error: unknown = await ask(handler).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: "the plugin shop failed in GET /a", cause });
    }
  });

  test("a RequestError goes to the caller as it is", () => {
    const refused = new RequestError("FORBIDDEN", "Not for you.");
    expect(ask(() => Promise.reject(refused))).rejects.toBe(refused);
  });

  test("a handler that never answers is given up", () => {
    const asked = { options: { timeoutMs: 5 } };
    expect(ask(() => new Promise<void>(() => {}), asked)).rejects.toThrow("did not answer within 5 ms");
    expect(ask(() => {}, asked)).rejects.toThrow("did not answer within 5 ms");
  });

  const wrong: [string, HttpHandler][] = [
    ["another kind of object", () => ({ status: "ok" }) as never],
    ["a status that is none", (_req, res) => res.status(42).end()],
    ["a value that is no JSON", (_req, res) => res.json(1n)],
  ];
  test.each(wrong)("%s", (_what, handler) => {
    expect(ask(handler)).rejects.toThrow("the plugin shop failed");
  });
});
