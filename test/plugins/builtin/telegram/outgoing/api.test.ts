import { afterAll, beforeEach, expect, test } from "bun:test";
import { InputFile } from "grammy";
import { createApi, signalFor } from "../../../../../src/plugins/builtin/telegram/outgoing/api.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { toChannelError } from "../../../../../src/plugins/builtin/telegram/outgoing/errors.ts";
import { cuttingServer } from "../../../../fakes/cutting-server.ts";
import { errorOf } from "../../../../fakes/error-of.ts";

const TOKEN = "7000000001:AAE-secret_secret_secret";

let answer: (request: Request) => Response | Promise<Response>;
let requests: string[] = [];
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => {
    requests.push(`${request.method} ${request.url}`);
    return answer(request);
  },
});
const apiRoot = `http://127.0.0.1:${server.port}`;
const never = () => new Promise<Response>(() => {});
const sent = () => Response.json({ ok: true, result: { message_id: 5 } });

beforeEach(() => {
  requests = [];
  answer = sent;
});
afterAll(() => server.stop(true));

test("a call goes to the server that was named, with or without a slash at its end", async () => {
  const api = createApi({ token: TOKEN, apiRoot: `${apiRoot}/` });
  expect((await api.sendMessage(1, "x")).message_id).toBe(5);
  expect(requests).toEqual([`POST ${apiRoot}/bot${TOKEN}/sendMessage`]);
});

test("a page instead of an answer is no answer, and is not asked for again", async () => {
  answer = () => new Response("<html>502 Bad Gateway</html>", { status: 502 });
  const error = await errorOf(createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x"));
  expect(error).toBeInstanceOf(CallFailure);
  expect(error).toMatchObject({ kind: "bad-answer", status: 502 });
  answer = () => new Response("<html>hello</html>");
  expect(await errorOf(createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x"))).toMatchObject({
    kind: "bad-answer",
  });
  expect(requests).toHaveLength(2);
});

test.each([
  [
    "in the answer",
    () =>
      Response.json(
        {
          ok: false,
          error_code: 429,
          description: "Too Many Requests: retry after 4",
          parameters: { retry_after: 4 },
        },
        { status: 429 },
      ),
  ],
  [
    "in its header",
    () =>
      Response.json(
        { ok: false, error_code: 429, description: "Too Many Requests" },
        { status: 429, headers: { "retry-after": "4" } },
      ),
  ],
  [
    "on a page of a server in between",
    () => new Response("<html>", { status: 429, headers: { "retry-after": "4" } }),
  ],
])("whoever asks us to wait %s is obeyed", async (_, limited) => {
  answer = limited;
  const error = await errorOf(createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x"));
  expect(toChannelError(error, "sendMessage")).toMatchObject({
    code: "rate-limited",
    retry: { afterMs: 4000 },
  });
});

test("a call ends in time; one with a file has more of it, and a poll as much as it asked for", async () => {
  const slowly = (result: unknown) => async () => {
    await Bun.sleep(60);
    return Response.json({ ok: true, result });
  };
  const api = createApi({ token: TOKEN, apiRoot, callLimitMs: 20 });
  const file = () => new InputFile(new Uint8Array([1]), "a.bin");
  answer = never;
  expect(await errorOf(api.sendMessage(1, "x"))).toMatchObject({ kind: "timed-out" });
  answer = slowly({ message_id: 5 });
  expect((await api.sendDocument(1, file())).message_id).toBe(5);
  answer = slowly([{ message_id: 6 }]);
  const album = [file(), file()].map((media) => ({ type: "document", media }) as const);
  expect((await api.sendMediaGroup(1, album))[0]?.message_id).toBe(6);
  answer = slowly([]);
  expect(await api.getUpdates({ timeout: 1 })).toEqual([]);
});

test("a call that we end is over at once, and one that was ended before it began never leaves", async () => {
  const arrived = Promise.withResolvers<void>();
  answer = () => {
    arrived.resolve();
    return never();
  };
  const stop = new AbortController();
  const call = errorOf(createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x", {}, signalFor(stop.signal)));
  await arrived.promise;
  stop.abort();
  expect(await call).toMatchObject({ kind: "stopped" });
  const late = createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x", {}, signalFor(stop.signal));
  expect(await errorOf(late)).toMatchObject({ kind: "not-sent" });
  expect(requests).toHaveLength(1);
});

test("a connection that cannot be made is told from one that breaks", async () => {
  const refused = await errorOf(createApi({ token: TOKEN, apiRoot: "http://127.0.0.1:1" }).getMe());
  expect(refused).toMatchObject({ kind: "not-sent", reason: "ECONNREFUSED" });
  const nobody = await errorOf(createApi({ token: TOKEN, apiRoot: "http://nobody.invalid" }).getMe());
  expect(nobody).toMatchObject({ kind: "not-sent" });
  using cutting = cuttingServer();
  const cut = createApi({ token: TOKEN, apiRoot: cutting.url });
  expect(await errorOf(cut.sendMessage(1, "x"))).toMatchObject({ kind: "cut-off" });
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
  const api = createApi({
    token: TOKEN,
    apiRoot: "http://telegram.invalid",
    proxy: `http://127.0.0.1:${proxy.port}`,
  });
  expect((await api.sendMessage(1, "x")).message_id).toBe(5);
  await proxy.stop(true);
  expect(asked).toContain("telegram.invalid");
});

test("no error holds the token, however deep one looks into it", async () => {
  const refusing = () =>
    Response.json({ ok: false, error_code: 400, description: "Bad Request: x" }, { status: 400 });
  const calls: (() => Promise<unknown>)[] = [
    () => createApi({ token: TOKEN, apiRoot: "http://127.0.0.1:1" }).getMe(),
    () => createApi({ token: TOKEN, apiRoot: "http://nobody.invalid" }).getMe(),
    () => createApi({ token: TOKEN, apiRoot, proxy: "socks5://127.0.0.1:1" }).getMe(),
    () => createApi({ token: TOKEN, apiRoot: `https://127.0.0.1:${server.port}`, callLimitMs: 200 }).getMe(),
    () => createApi({ token: TOKEN, apiRoot }).sendMessage(1, "x"),
    () => createApi({ token: TOKEN, apiRoot }).sendDocument(1, new InputFile("/nowhere/at/all")),
  ];
  answer = refusing;
  for (const call of calls) {
    const error = await errorOf(call());
    const shown = Bun.inspect([error, toChannelError(error, "sendMessage")], { depth: 20 });
    expect(shown).not.toContain("secret_secret");
    expect(JSON.stringify(error)).not.toContain("secret_secret");
  }
});
