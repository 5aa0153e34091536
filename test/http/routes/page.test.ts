import { expect, test } from "bun:test";
import { brotliCompressSync } from "node:zlib";
import type { PageAsset } from "../../../src/http/routes/page.ts";
import { openDoors } from "../open-doors.ts";
import { rawRequest } from "../raw-request.ts";

const script = "console.log(1);".repeat(100);
const assets = new Map<string, PageAsset>([
  ["/", { body: "<!doctype html><title>x</title>", type: "text/html; charset=utf-8", etag: "h1" }],
  [
    "/app.js",
    { body: script, type: "text/javascript; charset=utf-8", etag: "j1", brotli: brotliCompressSync(script) },
  ],
]);

test("the page is public, and careful", async () => {
  await using doors = await openDoors({ assets });
  const response = await fetch(`${doors.url()}/`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await response.text()).toContain("<!doctype html>");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain(`connect-src 'self' ws://localhost:${doors.port} `);
  expect(policy).not.toContain("unsafe-inline");
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("a browser that has a file is told so, and gets a changed one", async () => {
  await using doors = await openDoors({ assets });
  const get = (etag: string) =>
    fetch(`${doors.url()}/app.js`, { headers: { "If-None-Match": etag, "Accept-Encoding": "identity" } });
  expect((await get('"j1"')).status).toBe(304);
  expect((await get('"other", W/"j1"')).status).toBe(304);
  expect((await get('"j0"')).status).toBe(200);
});

test("a file comes compressed to those who take it so, under a tag of its own", async () => {
  await using doors = await openDoors({ assets });
  const get = (encoding: string) =>
    rawRequest(
      doors.port,
      `HEAD /app.js HTTP/1.1\r\nHost: localhost:${doors.port}\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
    );
  const packed = await get("gzip, deflate, br");
  expect(packed).toMatch(/content-encoding: br/i);
  expect(packed).toMatch(/etag: "j1-br"/i);
  expect(packed).toMatch(/vary: Accept-Encoding/i);
  for (const encoding of ["gzip", "br;q=0", "identity"]) {
    expect(await get(encoding)).not.toMatch(/content-encoding/i);
  }
  const response = await fetch(`${doors.url()}/app.js`, { headers: { "Accept-Encoding": "br" } });
  expect(await response.text()).toBe(script);
});

test("only the files of the page are there", async () => {
  await using doors = await openDoors({ assets });
  for (const path of ["/app.ts", "/..%2fpackage.json", "/app.js/x", "/index.html"]) {
    expect((await fetch(`${doors.url()}${path}`)).status).toBe(404);
  }
});
