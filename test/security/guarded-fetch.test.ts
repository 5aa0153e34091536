import { afterAll, expect, test } from "bun:test";
import { FetchError } from "../../src/core/errors.ts";
import { guardedFetch } from "../../src/security/guarded-fetch.ts";

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/away") return Response.redirect("http://10.0.0.1/");
    return pathname === "/file" ? new Response("12345678") : new Response(null, { status: 404 });
  },
});
afterAll(() => server.stop(true));

const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
const fetchBytes = guardedFetch(() => ({ rules, timeoutMs: 5000 }));
const signal = new AbortController().signal;
const configured = { maxBytes: 100, signal, isConfigured: true };
const codeOf = (failed: Promise<unknown>) =>
  failed.then(
    () => "fetched",
    (error: unknown) => (error instanceof FetchError ? error.code : String(error)),
  );

test("an internal address is refused, unless the configuration names it", async () => {
  const url = `http://127.0.0.1:${server.port}/file`;
  expect(await codeOf(fetchBytes(url, { maxBytes: 100, signal }))).toBe("refused-address");
  expect(Buffer.from((await fetchBytes(url, configured)).bytes).toString()).toBe("12345678");
  for (const host of ["[::1]", "0x7f.1", "10.1.2.3", "[::ffff:7f00:1]", "169.254.169.254"]) {
    expect(await codeOf(fetchBytes(`http://${host}/`, { maxBytes: 100, signal }))).toBe("refused-address");
  }
});

test("a redirect leads nowhere that could not be fetched from at once", async () => {
  expect(await codeOf(fetchBytes(`http://127.0.0.1:${server.port}/away`, configured))).toBe(
    "refused-address",
  );
});

test("what is too big, gone, or no web address is said so", async () => {
  const base = `http://127.0.0.1:${server.port}`;
  expect(await codeOf(fetchBytes(`${base}/file`, { ...configured, maxBytes: 7 }))).toBe("too-large");
  expect(await codeOf(fetchBytes(`${base}/none`, configured))).toBe("not-found");
  expect(await codeOf(fetchBytes("file:///etc/passwd", configured))).toBe("refused-address");
});
