import { afterAll, beforeEach, expect, test } from "bun:test";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { Rest, type RestOptions } from "../../../../../src/plugins/builtin/discord/outgoing/api.ts";
import { DiscordRefusal } from "../../../../../src/plugins/builtin/discord/outgoing/discord-refusal.ts";
import { toChannelError } from "../../../../../src/plugins/builtin/discord/outgoing/errors.ts";
import { cuttingServer } from "../../../../fakes/cutting-server.ts";
import { errorOf } from "../../../../fakes/error-of.ts";

const TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.secret.secret_secret_secret";
const CHANNEL = "100000000000000001";

let answer: (request: Request) => Response | Promise<Response>;
let requests: { readonly line: string; readonly auth: string | null; readonly atMs: number }[] = [];
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    requests.push({ line, auth: request.headers.get("authorization"), atMs: performance.now() });
    return answer(request);
  },
});
const apiRoot = `http://127.0.0.1:${server.port}/api`;
const restOf = (options: Partial<RestOptions> = {}) => new Rest({ token: TOKEN, apiRoot, ...options });
const say = (rest: Rest, signal?: AbortSignal) =>
  rest.call<{ id: string }>(
    { method: "POST", path: `/channels/${CHANNEL}/messages`, body: { content: "x" } },
    signal,
  );
const never = () => new Promise<Response>(() => {});
const sent = () => Response.json({ id: "5" });
const limited = (body: object | string, headers: Record<string, string> = {}) =>
  typeof body === "string"
    ? new Response(body, { status: 429, headers: { "content-type": "text/html", ...headers } })
    : Response.json(body, { status: 429, headers });

beforeEach(() => {
  requests = [];
  answer = sent;
});
afterAll(() => server.stop(true));

test("a call goes to the server that was named, with or without a slash at its end, as a bot", async () => {
  expect(await say(restOf({ apiRoot: `${apiRoot}/` }))).toEqual({ id: "5" });
  expect(requests).toMatchObject([
    { line: `POST /api/v10/channels/${CHANNEL}/messages`, auth: `Bot ${TOKEN}` },
  ]);
});

test("a call about an interaction does not show the token, and what has no answer answers nothing", async () => {
  answer = () => new Response(null, { status: 204 });
  const path = "/interactions/1/aW50ZXJhY3Rpb24/callback";
  expect(await restOf().call({ method: "POST", path, body: {}, auth: false })).toBeUndefined();
  expect(requests[0]?.auth).toBeNull();
});

test("a page instead of an answer is no answer, and is not asked for again", async () => {
  answer = () => new Response("<html>502 Bad Gateway</html>", { status: 502 });
  const error = await errorOf(say(restOf()));
  expect(error).toBeInstanceOf(CallFailure);
  expect(error).toMatchObject({ kind: "bad-answer", status: 502 });
  answer = () => new Response("<html>hello</html>");
  expect(await errorOf(say(restOf()))).toMatchObject({ kind: "bad-answer" });
  answer = () => Response.json({ message: "500: Internal Server Error", code: 0 }, { status: 500 });
  expect(await errorOf(say(restOf()))).toBeInstanceOf(DiscordRefusal);
  expect(requests).toHaveLength(3);
});

test("whoever has no valid token is told so, each time", async () => {
  const rest = restOf();
  answer = () => Response.json({ message: "401: Unauthorized", code: 0 }, { status: 401 });
  for (const _ of [1, 2])
    expect(toChannelError(await errorOf(say(rest)), false)).toMatchObject({
      code: "unauthorized",
      retry: "never",
    });
  expect(requests).toHaveLength(2);
});

test.each([
  [
    "in the answer",
    limited({ message: "You are being rate limited.", retry_after: 4.2, global: false }),
    4200,
    false,
  ],
  ["in its header", limited({ message: "You are being rate limited." }, { "retry-after": "4" }), 4000, false],
  [
    "for the whole account, in the answer",
    limited({ message: "You are being rate limited.", retry_after: 3, global: true }),
    3000,
    true,
  ],
  [
    "for the whole account, in a header",
    limited({ message: "x", retry_after: 3 }, { "x-ratelimit-scope": "global" }),
    3000,
    true,
  ],
  ["on a page of Cloudflare", limited("<html>", { "retry-after": "7" }), 7000, true],
  ["on such a page without a time", limited("<html>"), 60_000, true],
] as const)("whoever asks us to wait %s is obeyed", async (_, refusal, afterMs, isAccountWide) => {
  answer = () => refusal.clone() as Response;
  const error = toChannelError(await errorOf(say(restOf())), false);
  expect(error).toMatchObject({
    code: "rate-limited",
    retry: { afterMs },
    isAccountWide,
    outcome: "did-not-happen",
  });
  expect(requests).toHaveLength(1);
});

/** A bucket of `size` calls that is full again after `seconds`. */
function bucketOf(size: number, seconds: number) {
  let left = size;
  let resetAt = 0;
  return () => {
    if (performance.now() >= resetAt) [left, resetAt] = [size, performance.now() + seconds * 1000];
    left -= 1;
    const headers = {
      "x-ratelimit-limit": String(size),
      "x-ratelimit-remaining": String(Math.max(0, left)),
      "x-ratelimit-reset-after": String((resetAt - performance.now()) / 1000),
      "x-ratelimit-bucket": "b1",
    };
    return left < 0
      ? limited({ message: "limited", retry_after: 1, global: false }, headers)
      : Response.json({ id: "5" }, { headers });
  };
}

test("calls wait for their bucket, so that none of them is refused", async () => {
  answer = bucketOf(3, 0.4);
  const rest = restOf();
  for (let count = 0; count < 8; count += 1) await say(rest);
  expect(requests).toHaveLength(8);
  expect(requests[3]!.atMs - requests[0]!.atMs).toBeGreaterThan(350);
});

test("calls at the same time wait for their bucket, too, and go in order", async () => {
  answer = bucketOf(2, 0.2);
  const rest = restOf();
  const said: number[] = [];
  await Promise.all([0, 1, 2, 3, 4].map(async (count) => say(rest).then(() => said.push(count))));
  expect(said).toEqual([0, 1, 2, 3, 4]);
});

test("what is called while others wait comes behind them", async () => {
  const bucket = bucketOf(2, 0.2);
  answer = async () => {
    await Bun.sleep(5);
    return bucket();
  };
  const rest = restOf();
  const said: number[] = [];
  const call = async (count: number) => say(rest).then(() => said.push(count));
  const early = [0, 1, 2, 3].map(call);
  await early[0];
  await Promise.all([...early, ...[4, 5, 6].map(call)]);
  expect(said).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("whoever would have to wait long is told how long, and nothing is sent", async () => {
  answer = bucketOf(1, 60);
  const rest = restOf();
  await say(rest);
  const error = toChannelError(await errorOf(say(rest)), false);
  expect(error).toMatchObject({ code: "rate-limited", outcome: "did-not-happen", isAccountWide: false });
  expect((error.retry as { afterMs: number }).afterMs).toBeWithin(50_000, 61_000);
  expect(requests).toHaveLength(1);
});

test("after a limit of the whole account no other call of it goes out either", async () => {
  answer = () => limited({ message: "x", retry_after: 30, global: true });
  const rest = restOf();
  await errorOf(say(rest));
  const other = await errorOf(rest.call({ method: "GET", path: "/users/@me" }));
  expect(toChannelError(other, true)).toMatchObject({ code: "rate-limited", isAccountWide: true });
  expect(requests).toHaveLength(1);
});

test("a call that waits for its bucket ends when it has to, and nothing of it is sent", async () => {
  answer = bucketOf(1, 1);
  const rest = restOf();
  await say(rest);
  const stop = new AbortController();
  const call = errorOf(say(rest, stop.signal));
  setTimeout(() => stop.abort(), 30);
  expect(await call).toMatchObject({ kind: "not-sent" });
  answer = bucketOf(1, 1);
  const late = restOf({ callLimitMs: 50 });
  await say(late);
  expect(await errorOf(say(late))).toMatchObject({ kind: "not-sent" });
  await Bun.sleep(1100);
  expect(requests).toHaveLength(2);
});

test("a call ends in time; one with a file has more of it", async () => {
  const rest = restOf({ callLimitMs: 40 });
  answer = never;
  expect(await errorOf(say(rest))).toMatchObject({ kind: "timed-out" });
  answer = () =>
    new Response(
      new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"id":')) }),
    );
  expect(await errorOf(say(rest))).toMatchObject({ kind: "timed-out" });
  let form = new FormData();
  answer = async (request) => {
    form = (await request.formData()) as FormData;
    await Bun.sleep(120);
    return sent();
  };
  const files = [{ name: "a b.txt", data: new Blob(["hello"]) }];
  const path = `/channels/${CHANNEL}/messages` as const;
  expect(await rest.call<unknown>({ method: "POST", path, body: { content: "x" }, files })).toEqual({
    id: "5",
  });
  expect(form.get("payload_json")).toBe('{"content":"x"}');
  expect((form.get("files[0]") as File).name).toBe("a b.txt");
  expect(await (form.get("files[0]") as File).text()).toBe("hello");
});

test("a call that we end is over at once, and one that was ended before it began never leaves", async () => {
  const arrived = Promise.withResolvers<void>();
  answer = () => {
    arrived.resolve();
    return never();
  };
  const stop = new AbortController();
  const call = errorOf(say(restOf(), stop.signal));
  await arrived.promise;
  stop.abort();
  expect(await call).toMatchObject({ kind: "stopped" });
  expect(await errorOf(say(restOf(), stop.signal))).toMatchObject({ kind: "not-sent" });
  expect(requests).toHaveLength(1);
});

test("a connection that cannot be made is told from one that breaks", async () => {
  const refused = await errorOf(say(restOf({ apiRoot: "http://127.0.0.1:1" })));
  expect(refused).toMatchObject({ kind: "not-sent", reason: "ECONNREFUSED" });
  expect(await errorOf(say(restOf({ apiRoot: "http://nobody.invalid" })))).toMatchObject({
    kind: "not-sent",
  });
  using cutting = cuttingServer();
  const cut = await errorOf(say(restOf({ apiRoot: cutting.url })));
  expect(cut).toMatchObject({ kind: "cut-off" });
  expect(cutting.calls).toBe(1);
});

test("calls take the way out that the configuration names", async () => {
  let asked = "";
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      asked = request.url;
      return sent();
    },
  });
  const rest = restOf({ apiRoot: "http://discord.invalid/api", proxy: `http://127.0.0.1:${proxy.port}` });
  expect(await say(rest)).toEqual({ id: "5" });
  await proxy.stop(true);
  expect(asked).toContain("discord.invalid");
});

test("what is wrong with single fields is in the words of the error", async () => {
  answer = () =>
    Response.json(
      {
        code: 50035,
        message: "Invalid Form Body",
        errors: {
          content: {
            _errors: [{ code: "BASE_TYPE_MAX_LENGTH", message: "Must be 2000 or fewer in length." }],
          },
          components: { 0: { components: { 1: { label: { _errors: [{ code: "X", message: "No." }] } } } } },
        },
      },
      { status: 400 },
    );
  expect(await errorOf(say(restOf()))).toMatchObject({
    number: 50035,
    message:
      "Invalid Form Body; content[BASE_TYPE_MAX_LENGTH]: Must be 2000 or fewer in length.; components.0.components.1.label[X]: No.",
  });
});

test("no error holds the token, however deep one looks into it", async () => {
  const calls: (() => Promise<unknown>)[] = [
    () => say(restOf({ apiRoot: "http://127.0.0.1:1" })),
    () => say(restOf({ apiRoot: "http://nobody.invalid" })),
    () => say(restOf({ proxy: "socks5://127.0.0.1:1" })),
    () => say(restOf({ apiRoot: `https://127.0.0.1:${server.port}`, callLimitMs: 200 })),
    () => say(restOf()),
    () =>
      restOf().call({
        method: "POST",
        path: `/webhooks/100000000000000001/secret_secret_secret`,
        body: {},
        auth: false,
      }),
  ];
  answer = () => Response.json({ message: "Missing Access", code: 50001 }, { status: 403 });
  for (const call of calls) {
    const error = await errorOf(call());
    const shown = Bun.inspect([error, toChannelError(error, false)], { depth: 20 });
    expect(shown).not.toContain("secret_secret");
    expect(JSON.stringify(error)).not.toContain("secret_secret");
  }
});
