import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FetchError } from "../../src/core/errors.ts";
import type { FetchLimits } from "../../src/core/fetch.ts";
import type { Proxies } from "../../src/core/proxies.ts";
import type { AddressRules, Lookup } from "../../src/security/address-guard.ts";
import { guardedFetch } from "../../src/security/guarded-fetch.ts";

/** What was asked of the server, in order: who was meant, and with which headers. */
const asked: { path: string; host: string | null; key: string | null; method: string }[] = [];

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  fetch: async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const { headers, method } = request;
    asked.push({ path: pathname, host: headers.get("host"), key: headers.get("x-key"), method });
    const to = searchParams.get("to");
    if (to !== null) return new Response("elsewhere", { status: 302, headers: { location: to } });
    return (await ANSWERS[pathname]?.(request)) ?? new Response(null, { status: 404 });
  },
});
const other = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => new Response(`key=${request.headers.get("x-key")}`),
});
afterAll(async () => {
  await server.stop(true);
  await other.stop(true);
});

const MEGABYTE = 1024 * 1024;
const ANSWERS: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  "/file": () => new Response("12345678", { headers: { "content-type": "text/plain; charset=utf-8" } }),
  "/empty": () => new Response(""),
  "/gone": () => new Response("x", { status: 410 }),
  "/broken": () => new Response("x", { status: 500 }),
  "/forbidden": () => new Response("x", { status: 403 }),
  "/bomb": () =>
    new Response(Bun.gzipSync(new Uint8Array(64 * MEGABYTE)), { headers: { "content-encoding": "gzip" } }),
  "/packed": () =>
    new Response(Bun.gzipSync(Buffer.from("unpacked")), { headers: { "content-encoding": "gzip" } }),
  "/endless": () => new Response(pieces(64 * 1024, Number.POSITIVE_INFINITY)),
  "/silent": () => new Response(pieces(1, 1)),
  "/post": async (request) => {
    const form = await request.formData();
    return new Response(`${form.get("model") as string} ${await (form.get("file") as File).text()}`);
  },
};

/** So many pieces, then silence. */
function pieces(bytes: number, count: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull: async (controller) => {
      if (sent++ < count) controller.enqueue(new Uint8Array(bytes));
      else await new Promise(() => {});
    },
  });
}

const RULES: AddressRules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
const BASE = `http://127.0.0.1:${server.port}`;
const NEVER = new AbortController().signal;

interface Given extends Partial<FetchLimits> {
  readonly rules?: Partial<AddressRules>;
  readonly lookup?: Lookup;
  readonly proxies?: Proxies;
  readonly waitMs?: number;
}

function get(url: string, { rules, lookup, proxies = {}, waitMs = 10_000, ...limits }: Given = {}) {
  const settings = { rules: { ...RULES, ...rules }, timeoutMs: waitMs, proxies };
  return guardedFetch(() => settings, lookup)(url, { maxBytes: 100, signal: NEVER, ...limits });
}

async function outcome(url: string, given: Given = {}): Promise<string> {
  try {
    return Buffer.from((await get(url, given)).bytes).toString();
  } catch (error) {
    return error instanceof FetchError ? error.code : String(error);
  }
}

const configured = { isConfigured: true };
/** Loopback counts as public, so that a test can stand in for the internet. */
const OPEN = { rules: { blockLocalhost: false } };

test("an internal address is refused, unless the configuration names it", async () => {
  expect(await outcome(`${BASE}/file`)).toBe("refused-address");
  expect(await outcome(`${BASE}/file`, configured)).toBe("12345678");
  expect(await outcome(`${BASE}/file`, { rules: { allowedHosts: ["127.0.0.1"] } })).toBe("12345678");
  for (const host of ["[::1]", "0x7f.1", "10.1.2.3", "[::ffff:7f00:1]", "169.254.169.254", "localhost"]) {
    expect(await outcome(`http://${host}/`)).toBe("refused-address");
  }
});

test("what came is handed over with its type", async () => {
  expect(await get(`${BASE}/file`, configured)).toEqual({
    bytes: Buffer.from("12345678"),
    mimeType: "text/plain",
  });
  expect(await outcome(`${BASE}/empty`, configured)).toBe("");
  expect(await outcome(`${BASE}/packed`, configured)).toBe("unpacked");
});

test("what is connected to is the address that was checked, however the name changes its mind", async () => {
  let times = 0;
  // Says one thing to whoever checks, and another to whoever asks again.
  const rebinding: Lookup = async () => (times++ === 0 ? ["127.0.0.1"] : ["10.0.0.1"]);
  const url = `http://rebinding.test:${server.port}/file`;
  expect(await outcome(url, { ...OPEN, lookup: rebinding })).toBe("12345678");
  expect(times).toBe(1);
  expect(asked.at(-1)?.host).toBe(`rebinding.test:${server.port}`);
  // And no other resolver is asked: this name exists nowhere else.
  expect(await outcome(`http://rebinding.test:${server.port}/file`, configured)).toBe("unreachable");
});

test("of several addresses the next one is tried where nobody answers", async () => {
  const lookup: Lookup = async () => ["::1", "127.0.0.9", "127.0.0.1"];
  expect(await outcome(`http://several.test:${server.port}/file`, { ...OPEN, lookup })).toBe("12345678");
  const none: Lookup = async () => ["127.0.0.9"];
  expect(await outcome(`http://none.test:${server.port}/file`, { ...OPEN, lookup: none })).toBe(
    "unreachable",
  );
});

test("over TLS too: the certificate is that of the name, the connection goes to the address", async () => {
  const folder = join(import.meta.dir, "certificate");
  const secure = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: {
      cert: readFileSync(join(folder, "cert.pem"), "utf8"),
      key: readFileSync(join(folder, "key.pem"), "utf8"),
    },
    fetch: (request) => new Response(`for ${request.headers.get("host")}`),
  });
  const { port } = secure;
  const script = `
    const { guardedFetch } = await import(${JSON.stringify(join(import.meta.dir, "../../src/security/guarded-fetch.ts"))});
    const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: false, allowedHosts: [] };
    const get = guardedFetch(() => ({ rules, timeoutMs: 10000 }), async () => ["127.0.0.1"]);
    for (const name of ["pinned.test", "other.test"]) {
      const url = "https://" + name + ":${port}/";
      await get(url, { maxBytes: 100, signal: new AbortController().signal }).then(
        ({ bytes }) => console.log(Buffer.from(bytes).toString()),
        (error) => console.log(error.code, error.cause?.code),
      );
    }`;
  // Whom to trust is read once, when a process starts.
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "cert.pem") },
    stdout: "pipe",
  });
  const said = await new Response(child.stdout).text();
  await child.exited;
  await secure.stop(true);
  expect(said).toBe(`for pinned.test:${port}\nunreachable ERR_TLS_CERT_ALTNAME_INVALID\n`);
});

test("a redirect leads nowhere that could not be fetched from at once", async () => {
  for (const to of ["http://10.0.0.1/", "file:///etc/passwd", "http://user:pass@8.8.8.8/", "http://:/"]) {
    expect(await outcome(`${BASE}/?to=${encodeURIComponent(to)}`, configured)).toBe("refused-address");
  }
  const away = `http://127.0.0.1:${other.port}/`;
  expect(await outcome(`${BASE}/?to=${encodeURIComponent(away)}`, configured)).toBe("refused-address");
  expect(await outcome(`${BASE}/?to=/file`, configured)).toBe("12345678");
  // There and back again: whoever sends back has chosen the address.
  const back = `http://localhost:${other.port}/`;
  expect(await outcome(`${BASE}/?to=${encodeURIComponent(back)}`, configured)).toBe("refused-address");
});

test("a redirect to another server takes no headers along, one on the same does", async () => {
  const headers = { "x-key": "secret" };
  const away = `${BASE}/?to=${encodeURIComponent(`http://127.0.0.1:${other.port}/`)}`;
  expect(await outcome(away, { ...OPEN, headers })).toBe("key=null");
  expect(await outcome(`${BASE}/?to=/file`, { ...OPEN, headers })).toBe("12345678");
  expect(asked.at(-1)).toMatchObject({ path: "/file", key: "secret" });
});

test("redirects end", async () => {
  const round = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => Response.redirect(new URL("/", request.url).href, 307),
  });
  expect(await outcome(`http://127.0.0.1:${round.port}/`, configured)).toBe("failed");
  await round.stop(true);
});

test("what is gone, refused, broken or no web address is said so, and whether it is worth another try", async () => {
  const failure = async (url: string) => {
    const error = await get(url, configured).catch((caught: unknown) => caught);
    return error instanceof FetchError ? `${error.code} ${error.retry as string}` : "fetched";
  };
  expect(await failure(`${BASE}/none`)).toBe("not-found never");
  expect(await failure(`${BASE}/gone`)).toBe("not-found never");
  expect(await failure(`${BASE}/forbidden`)).toBe("failed never");
  expect(await failure(`${BASE}/broken`)).toBe("failed now");
  expect(await failure("http://127.0.0.1:1/")).toBe("unreachable now");
  expect(await failure("file:///etc/passwd")).toBe("refused-address never");
  expect(await failure("nonsense")).toBe("refused-address never");
  expect(await failure(`http://user:pass@127.0.0.1:${server.port}/file`)).toBe("refused-address never");
});

test("the size counts as it is announced, as it comes, and as it is unpacked", async () => {
  expect(await outcome(`${BASE}/file`, { ...configured, maxBytes: 8 })).toBe("12345678");
  expect(await outcome(`${BASE}/file`, { ...configured, maxBytes: 7 })).toBe("too-large");
  expect(await outcome(`${BASE}/endless`, { ...configured, maxBytes: MEGABYTE })).toBe("too-large");
  const before = process.memoryUsage().rss;
  expect(await outcome(`${BASE}/bomb`, { ...configured, maxBytes: MEGABYTE })).toBe("too-large");
  // It was made here, too: 64 MB once, and not again.
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * MEGABYTE);
});

test("a server that falls silent is left alone after the time that is given, and so is one that is slow to resolve", async () => {
  expect(await outcome(`${BASE}/silent`, { ...configured, waitMs: 50 })).toBe("timed-out");
  expect(await outcome(`${BASE}/silent`, { ...configured, timeoutMs: 50 })).toBe("timed-out");
  const lookup: Lookup = () => new Promise(() => {});
  expect(await outcome("http://slow.test/", { lookup, waitMs: 50 })).toBe("timed-out");
});

test("whoever gives up is not told to try again", async () => {
  const stop = new AbortController();
  const running = get(`${BASE}/silent`, { ...configured, signal: stop.signal });
  stop.abort();
  expect(await running.catch((error: unknown) => error)).toMatchObject({
    code: "unreachable",
    retry: "never",
  });
});

test("what is posted arrives, and no redirect sends it elsewhere", async () => {
  const form = new FormData();
  form.set("model", "m");
  form.set("file", new Blob(["voice"]), "voice.ogg");
  expect(await outcome(`${BASE}/post`, { ...configured, post: form })).toBe("m voice");
  const away = `${BASE}/?to=${encodeURIComponent(`http://127.0.0.1:${other.port}/`)}`;
  expect(await outcome(away, { ...OPEN, post: "secret" })).toBe("failed");
});

test("through a proxy the name is checked as far as it can be resolved, and the proxy resolves it for itself", async () => {
  asked.length = 0;
  const proxies = { http: BASE, https: BASE };
  const lookup: Lookup = async (name) => {
    if (name === "unknown.test") throw new Error("ENOTFOUND");
    return [name === "internal.test" ? "10.0.0.1" : "93.184.216.34"];
  };
  expect(await outcome("http://public.test/file", { proxies, lookup })).toBe("12345678");
  expect(await outcome("http://unknown.test/file", { proxies, lookup })).toBe("12345678");
  expect(asked.map(({ host }) => host)).toEqual(["public.test", "unknown.test"]);
  expect(await outcome("http://internal.test/file", { proxies, lookup })).toBe("refused-address");
  expect(await outcome("http://10.0.0.1/file", { proxies, lookup })).toBe("refused-address");
  expect(await outcome("http://public.test/file", { proxy: BASE, lookup })).toBe("12345678");
  expect(await outcome("http://public.test/file", { proxy: "socks5://127.0.0.1:1", lookup })).toBe("failed");
  // Where no proxy is to be used, none is: the address that was checked is connected to.
  const direct = { ...OPEN, proxies: { http: "http://127.0.0.1:1", none: "direct.test" } };
  const here: Lookup = async () => ["127.0.0.1"];
  expect(await outcome(`http://direct.test:${server.port}/file`, { ...direct, lookup: here })).toBe(
    "12345678",
  );
});
