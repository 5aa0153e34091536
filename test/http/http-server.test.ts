import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { Logger } from "../../src/lib/logger.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { caught } from "../ws/caught.ts";
import { bearer, BROWSER_TOKEN, openDoors, TOKEN } from "./open-doors.ts";
import { rawRequest } from "./raw-request.ts";

interface Answer {
  readonly error: { code: string; message: string; retryable: boolean; retryAfterMs?: number; ref?: string };
}

const errorOf = async (response: Response) => ((await response.json()) as Answer).error;

const upgrade = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

describe("where it listens", () => {
  test("on both loopback addresses, under one port", async () => {
    await using doors = await openDoors();
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      expect((await fetch(`http://${host}:${doors.port}/health`)).status).toBe(200);
    }
  });

  test("a taken port is one sentence that names the port and what to do", async () => {
    await using doors = await openDoors();
    expect(await caught(openDoors({ port: doors.port }))).toEqual({
      code: "port-taken",
      message: `Port ${doors.port} is taken by another program: choose another with --port N or gateway.port.`,
    });
  });

  test("a port taken on one of the two addresses only is taken, and the other is let go", async () => {
    const squatter = createServer().listen(0, "::1");
    await new Promise((resolve) => squatter.once("listening", resolve));
    const { port } = squatter.address() as { port: number };
    expect(await caught(openDoors({ port }))).toMatchObject({ code: "port-taken" });
    expect(await caught(fetch(`http://127.0.0.1:${port}/health`))).toMatchObject({
      code: "ECONNREFUSED",
    });
    squatter.close();
  });

  test("after a stop nothing listens, a second stop does no harm, and a start works again", async () => {
    await using doors = await openDoors();
    const { port } = doors;
    await doors.http.stop(AbortSignal.abort());
    await doors.http.stop(AbortSignal.abort());
    expect(await caught(fetch(`http://127.0.0.1:${port}/health`))).toMatchObject({
      code: "ECONNREFUSED",
    });
    expect(() => doors.url()).toThrow("does not listen");
    await doors.http.start();
    expect((await fetch(`${doors.url()}/health`)).status).toBe(200);
  });
});

describe("Host and Origin are checked on everything", () => {
  const paths = ["/health", "/", "/api/sessions", "/ws", "/no/such"];

  test.each(paths)("%s is refused under a foreign name, with the key to set", async (path) => {
    await using doors = await openDoors();
    const headers = { ...bearer().headers, Host: "evil.example" };
    const response = await fetch(`${doors.url()}${path}`, { headers });
    expect(response.status).toBe(403);
    expect((await errorOf(response)).message).toContain("gateway.allowedHosts");
  });

  test.each(paths)("%s is refused for pages of a foreign origin, with the key to set", async (path) => {
    await using doors = await openDoors();
    const headers = { ...bearer().headers, Origin: "https://evil.example" };
    const response = await fetch(`${doors.url()}${path}`, { headers });
    expect(response.status).toBe(403);
    expect((await errorOf(response)).message).toContain("gateway.allowedOrigins");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("the upgrade as well, before any credential counts", async () => {
    await using doors = await openDoors();
    const url = `${doors.url()}/ws`;
    const evil = { ...upgrade, ...bearer().headers };
    expect((await fetch(url, { headers: { ...evil, Origin: "https://evil.example" } })).status).toBe(403);
    expect((await fetch(url, { headers: { ...evil, Host: "evil.example" } })).status).toBe(403);
    expect((await fetch(url, { headers: { ...evil, Origin: "null" } })).status).toBe(403);
  });

  test("our own page and the origins of the configuration may come in, at once after a reload", async () => {
    await using doors = await openDoors();
    const ask = (origin: string) => fetch(`${doors.url()}/health`, { headers: { Origin: origin } });
    const own = await ask(doors.url());
    expect(own.headers.get("access-control-allow-origin")).toBe(doors.url());
    expect(own.headers.get("vary")).toContain("Origin");
    expect((await ask("https://app.example")).status).toBe(403);
    doors.settings.origins = { allowedHosts: [], allowedOrigins: ["https://app.example"] };
    expect((await ask("https://app.example")).status).toBe(200);
  });

  test("a page of an allowed origin may ask first", async () => {
    await using doors = await openDoors({ origins: { allowedOrigins: ["https://app.example"] } });
    const headers = { Origin: "https://app.example", "Access-Control-Request-Method": "GET" };
    const response = await fetch(`${doors.url()}/api/sessions`, { method: "OPTIONS", headers });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
    const foreign = { ...headers, Origin: "https://evil.example" };
    expect((await fetch(`${doors.url()}/api/sessions`, { method: "OPTIONS", headers: foreign })).status).toBe(
      403,
    );
  });

  test("a route may be reached under a name of its own, and only that route", async () => {
    await using doors = await openDoors();
    doors.router.add("GET", "/hook", {
      auth: "own",
      hosts: ["hooks.example"],
      run: () => new Response("in"),
    });
    const headers = { Host: "hooks.example" };
    expect(await (await fetch(`${doors.url()}/hook`, { headers })).text()).toBe("in");
    expect((await fetch(`${doors.url()}/health`, { headers })).status).toBe(403);
  });

  test("a request without a usable Host is refused", async () => {
    await using doors = await openDoors();
    for (const host of ["Host: a b", "Host: ", "Host: localhost\r\nHost: evil.example"]) {
      const answer = await rawRequest(doors.port, `GET /health HTTP/1.1\r\n${host}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    }
  });
});

describe("who may ask", () => {
  test("the API needs the token, in the header", async () => {
    await using doors = await openDoors();
    const url = `${doors.url()}/api/sessions`;
    const without = await fetch(url);
    expect(without.status).toBe(401);
    expect(without.headers.get("www-authenticate")).toContain("Bearer");
    expect((await errorOf(without)).message).toContain("pi-gw token show");
    expect((await fetch(url, bearer("wrong"))).status).toBe(401);
    expect((await fetch(url, { headers: { Authorization: "Basic abc" } })).status).toBe(401);
    expect((await fetch(url, bearer())).status).toBe(200);
  });

  test("a credential in the address is refused with a sentence, also a right one", async () => {
    await using doors = await openDoors();
    for (const query of [`token=${TOKEN}`, "access_token=x", "password=x"]) {
      for (const path of ["/api/sessions", "/", "/health", "/ws"]) {
        const response = await fetch(`${doors.url()}${path}?${query}`, bearer());
        expect(response.status).toBe(400);
        expect((await errorOf(response)).message).toContain("never goes into the address");
      }
    }
    const response = await fetch(`${doors.url()}/ws?token=${TOKEN}`, { headers: upgrade });
    expect(response.status).toBe(400);
    expect(doors.clients()).toBe(0);
  });

  test("the page's credential does not open the API", async () => {
    await using doors = await openDoors({
      auth: { gateway: { mode: "token", secret: TOKEN }, browser: { mode: "token", secret: BROWSER_TOKEN } },
    });
    const response = await fetch(`${doors.url()}/api/config`, bearer(BROWSER_TOKEN));
    expect(response.status).toBe(403);
    expect((await errorOf(response)).code).toBe("FORBIDDEN");
  });

  test("too many wrong tokens have to wait, and are told how long", async () => {
    await using doors = await openDoors();
    const url = `${doors.url()}/api/sessions`;
    for (let i = 0; i < 60; i += 1) expect((await fetch(url, bearer(`guess${i}`))).status).toBe(401);
    const response = await fetch(url, bearer());
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await errorOf(response)).toMatchObject({ code: "RATE_LIMITED", retryable: true });
    expect((await fetch(`${doors.url()}/health`)).status).toBe(200);
    await doors.clock.advance(60_000);
    expect((await fetch(url, bearer())).status).toBe(200);
  });

  test("a wrong token on the upgrade is refused before there is a socket", async () => {
    await using doors = await openDoors();
    const headers = { ...upgrade, Authorization: "Bearer wrong" };
    expect((await fetch(`${doors.url()}/ws`, { headers })).status).toBe(401);
    expect(doors.clients()).toBe(0);
  });

  test("with auth off the API is open", async () => {
    await using doors = await openDoors({ auth: { gateway: { mode: "off" } } });
    expect((await fetch(`${doors.url()}/api/sessions`)).status).toBe(200);
  });
});

describe("clear answers to odd requests", () => {
  test("a path that is not there, with the nearest one", async () => {
    await using doors = await openDoors();
    const response = await fetch(`${doors.url()}/api/sesions`, bearer());
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toEqual({
      code: "NOT_FOUND",
      message: "There is nothing at /api/sesions. Did you mean /api/sessions?",
      retryable: false,
    });
  });

  test("a method that is not possible, with those that are", async () => {
    await using doors = await openDoors();
    const response = await fetch(`${doors.url()}/health`, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect((await errorOf(response)).message).toContain("possible: GET, HEAD");
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  test("broken percent-encoding", async () => {
    await using doors = await openDoors();
    const answer = await rawRequest(
      doors.port,
      `GET /api/session/%zz HTTP/1.1\r\nHost: localhost:${doors.port}\r\n\r\n`,
    );
    expect(answer).toStartWith("HTTP/1.1 400 ");
    expect(answer).toContain("broken percent-encoding");
  });

  test("the socket's path without an upgrade, and an upgrade elsewhere", async () => {
    await using doors = await openDoors();
    const plain = await fetch(`${doors.url()}/ws`, bearer());
    expect(plain.status).toBe(426);
    expect((await errorOf(plain)).message).toContain("ws://");
    const elsewhere = await fetch(`${doors.url()}/health`, { headers: { ...upgrade, ...bearer().headers } });
    expect(elsewhere.status).toBe(404);
    expect((await errorOf(elsewhere)).message).toContain("/ws");
  });

  test("a handshake that is none", async () => {
    await using doors = await openDoors();
    const headers = { ...bearer().headers, Upgrade: "websocket" };
    expect((await fetch(`${doors.url()}/ws`, { headers })).status).toBe(400);
  });

  test("headers without end", async () => {
    await using doors = await openDoors();
    const response = await fetch(`${doors.url()}/health`, { headers: { "X-Long": "x".repeat(200_000) } });
    expect(response.status).toBe(431);
    expect((await fetch(`${doors.url()}/health`)).status).toBe(200);
  });

  test("a body where none is read", async () => {
    await using doors = await openDoors();
    const response = await fetch(`${doors.url()}/health`, { method: "POST", body: "x".repeat(5_000_000) });
    expect(response.status).toBe(405);
  });

  test("a bug tells a reference and no stack", async () => {
    await using doors = await openDoors();
    doors.router.add("GET", "/bug", {
      auth: "none",
      run: () => {
        throw new TypeError("secret of /home/me");
      },
    });
    const response = await fetch(`${doors.url()}/bug`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toMatch(/Something went wrong here \(ref \w{4}\)/);
    expect(text).not.toContain("secret");
    expect(text).not.toContain("at ");
  });
});

test("every answer, an error too, has the headers that keep browsers careful", async () => {
  await using doors = await openDoors();
  for (const path of ["/health", "/no/such", "/api/sessions"]) {
    const { headers } = await fetch(`${doors.url()}${path}`);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

test("routes can be added and removed while it runs", async () => {
  await using doors = await openDoors();
  const url = `${doors.url()}/my-endpoint`;
  const route = doors.router.add("GET", "/my-endpoint", {
    auth: "none",
    run: () => Response.json({ status: "ok" }),
  });
  expect(await (await fetch(url)).json()).toEqual({ status: "ok" });
  route[Symbol.dispose]();
  expect((await fetch(url)).status).toBe(404);
});

test("a stop lets running requests be answered", async () => {
  await using doors = await openDoors();
  const { promise, resolve } = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  doors.router.add("GET", "/slow", {
    auth: "none",
    run: async () => {
      started.resolve();
      await promise;
      return new Response("done");
    },
  });
  const answer = fetch(`${doors.url()}/slow`);
  await started.promise;
  const stopped = doors.http.stop(new AbortController().signal);
  resolve();
  expect(await (await answer).text()).toBe("done");
  await stopped;
});

test("refusals of strangers are in the log, without their credentials", async () => {
  const lines: unknown[] = [];
  const note = (fields: object, message: string) => void lines.push({ ...fields, message });
  const log: Logger = { ...silentLogger, info: note, debug: note, child: () => log };
  await using doors = await openDoors({ log });
  await fetch(`${doors.url()}/api/sessions?token=${TOKEN}`, {
    headers: { Host: "evil.example", ...bearer("s3cret").headers },
  });
  expect(JSON.stringify(lines)).toContain("evil.example");
  expect(JSON.stringify(lines)).not.toContain("s3cret");
  expect(JSON.stringify(lines)).not.toContain(TOKEN);
});
