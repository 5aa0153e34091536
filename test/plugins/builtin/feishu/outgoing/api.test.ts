import { afterAll, beforeEach, expect, test } from "bun:test";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import {
  type ApiCall,
  type ApiOptions,
  FeishuApi,
  originOf,
} from "../../../../../src/plugins/builtin/feishu/outgoing/api.ts";
import { toChannelError } from "../../../../../src/plugins/builtin/feishu/outgoing/errors.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";
import { errorOf } from "./outgoing-world.ts";

const SECRET = "app_secret_secret_secret";
const TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal";
const CALL: ApiCall = { method: "POST", path: "/open-apis/im/v1/messages", body: { a: 1 } };

type Answer = (request: Request) => Response | Promise<Response>;

let answer: Answer;
let tokenAnswer: Answer;
let requests: {
  readonly method: string;
  readonly url: string;
  readonly auth: string | null;
  readonly body: string;
}[] = [];
let tokens = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === TOKEN_PATH) return tokenAnswer(request);
    const auth = request.headers.get("authorization");
    requests.push({
      method: request.method,
      url: pathname + search,
      auth,
      body: await request.clone().text(),
    });
    return answer(request);
  },
});
const origin = `http://127.0.0.1:${server.port}`;
const never = () => new Promise<Response>(() => {});
const done = (data: unknown = { message_id: "om_1" }) => Response.json({ code: 0, msg: "ok", data });
const refused = (code: number, msg = "no", init: ResponseInit = { status: 400 }) =>
  Response.json({ code, msg }, init);

function apiWith(options: Partial<ApiOptions> = {}): FeishuApi {
  return new FeishuApi({ appId: "cli_1", appSecret: SECRET, domain: origin, log: silentLogger, ...options });
}

beforeEach(() => {
  requests = [];
  tokens = 0;
  answer = () => done();
  tokenAnswer = () => {
    tokens += 1;
    return Response.json({
      code: 0,
      msg: "ok",
      tenant_access_token: `t-secret_token_${tokens}`,
      expire: 7200,
    });
  };
});
afterAll(() => server.stop(true));

test("a call goes to the server that was named, with a token that is had once", async () => {
  const api = apiWith({ domain: `${origin}/` });
  const query = { receive_id_type: "chat_id", page_token: undefined };
  const sent = await Promise.all([1, 2, 3].map(() => api.call<{ message_id: string }>({ ...CALL, query })));
  await api.call({ method: "GET", path: "/open-apis/x" });
  expect(sent[0]?.message_id).toBe("om_1");
  expect(tokens).toBe(1);
  const [first, , , last] = requests;
  expect(first).toEqual({
    method: "POST",
    url: "/open-apis/im/v1/messages?receive_id_type=chat_id",
    auth: "Bearer t-secret_token_1",
    body: '{"a":1}',
  });
  expect(last).toMatchObject({ method: "GET", body: "" });
});

test("Feishu's own servers and Lark's are known by name", () => {
  expect(["feishu", "lark", "https://open.example.com/"].map(originOf)).toEqual([
    "https://open.feishu.cn",
    "https://open.larksuite.com",
    "https://open.example.com",
  ]);
});

test("an answer that has its news beside `data` is handed over whole", async () => {
  answer = () => Response.json({ code: 0, msg: "ok", bot: { open_id: "ou_1" } });
  expect(await apiWith().call<object>(CALL)).toMatchObject({ bot: { open_id: "ou_1" } });
});

test.each([99991661, 99991663, 99991664, 99991668, 99991671])(
  "a token that Feishu does not know any more (%d) is had anew, and the call made once more",
  async (code) => {
    let asked = 0;
    answer = (request) => {
      asked += 1;
      return request.headers.get("authorization")?.endsWith("_1") === true ? refused(code) : done();
    };
    const api = apiWith();
    await api.call(CALL);
    expect([asked, tokens]).toEqual([2, 2]);
    answer = () => refused(code);
    requests = [];
    expect(toChannelError(await errorOf(api.call(CALL)), "x")).toMatchObject({ code: "unauthorized" });
    expect(requests).toHaveLength(2);
  },
);

test("a call whose token cannot be had has not been made, whatever became of the token", async () => {
  const cases: [Answer, object][] = [
    [
      () => refused(10014, "app secret invalid", { status: 200 }),
      { code: "unauthorized", outcome: "did-not-happen" },
    ],
    [
      () => new Response("<html>", { status: 502 }),
      { code: "unreachable", retry: "now", outcome: "did-not-happen" },
    ],
    [never, { code: "timed-out", retry: "now", outcome: "did-not-happen" }],
  ];
  for (const [given, expected] of cases) {
    tokenAnswer = given;
    const error = await errorOf(apiWith({ callLimitMs: 500 }).call(CALL));
    expect(error).toBeInstanceOf(NoToken);
    expect(toChannelError(error, "send", { mayRepeat: false })).toMatchObject(expected);
  }
  expect(requests).toEqual([]);
});

test("a page instead of an answer is no answer, and is not asked for again", async () => {
  for (const page of [
    new Response("<html>502 Bad Gateway</html>", { status: 502 }),
    new Response("<html>hello</html>"),
    Response.json({ ok: true }),
    new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
  ]) {
    answer = () => page;
    const error = await errorOf(apiWith().call(CALL));
    expect(error).toBeInstanceOf(CallFailure);
    expect(error).toMatchObject({ kind: "bad-answer", status: page.status });
  }
  expect(requests).toHaveLength(4);
});

test.each([
  ["as 429", () => refused(99991400, "x", { status: 429, headers: { "x-ogw-ratelimit-reset": "4" } })],
  ["as 400", () => refused(99991400, "x", { status: 400, headers: { "x-ogw-ratelimit-reset": "4" } })],
  ["in a chat", () => refused(230020, "x", { status: 400, headers: { "x-ogw-ratelimit-reset": "4" } })],
  [
    "on a page of a server in between",
    () => new Response("<html>", { status: 429, headers: { "retry-after": "4" } }),
  ],
])("whoever asks us to wait %s is obeyed", async (_, limited) => {
  answer = limited;
  const error = await errorOf(apiWith().call(CALL));
  expect(toChannelError(error, "send", { mayRepeat: false })).toMatchObject({
    code: "rate-limited",
    retry: { afterMs: 4000 },
    outcome: "did-not-happen",
  });
});

test("a call ends in time; one with a file has more of it", async () => {
  const api = apiWith({ callLimitMs: 500 });
  await api.token();
  answer = never;
  expect(await errorOf(api.call(CALL))).toMatchObject({ kind: "timed-out" });
  answer = async () => {
    await Bun.sleep(700);
    return done();
  };
  const file = new File(["x"], "a „b“.txt");
  await api.call({ ...CALL, body: { file_type: "stream", duration: undefined, file } });
  const sent = requests.at(-1)?.body ?? "";
  expect(sent).toContain('name="file_type"');
  expect(sent).toContain("a „b“.txt");
  expect(sent).not.toContain("duration");
});

test("a call that we end is over at once, and one that was ended before it began never leaves", async () => {
  const arrived = Promise.withResolvers<void>();
  answer = () => {
    arrived.resolve();
    return never();
  };
  const stop = new AbortController();
  const api = apiWith();
  const call = errorOf(api.call({ ...CALL, signal: stop.signal }));
  await arrived.promise;
  stop.abort();
  expect(await call).toMatchObject({ kind: "stopped" });
  const late = await errorOf(api.call({ ...CALL, signal: stop.signal }));
  expect(toChannelError(late, "send", { mayRepeat: false })).toMatchObject({ outcome: "did-not-happen" });
  tokenAnswer = never;
  const soon = new AbortController();
  const waiting = errorOf(apiWith().call({ ...CALL, signal: soon.signal }));
  soon.abort();
  expect(toChannelError(await waiting, "send", { mayRepeat: false })).toMatchObject({
    outcome: "did-not-happen",
  });
  expect(requests).toHaveLength(1);
});

test("a connection that cannot be made is told from one that breaks", async () => {
  const api = apiWith();
  await api.token();
  const nobody = await errorOf(apiWith({ domain: "http://nobody.invalid" }).call(CALL));
  expect((nobody as Error).cause).toMatchObject({ kind: "not-sent" });
  let calls = 0;
  const cutting = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data: (socket, data) => {
        const text = data.toString();
        if (text.includes(TOKEN_PATH)) {
          const body = JSON.stringify({ code: 0, tenant_access_token: "t", expire: 7200 });
          socket.write(
            `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
          );
          return;
        }
        calls += 1;
        socket.end();
      },
    },
  });
  const cut = apiWith({ domain: `http://127.0.0.1:${cutting.port}` });
  expect(await errorOf(cut.call(CALL))).toMatchObject({ kind: "cut-off" });
  cutting.stop(true);
  expect(calls).toBe(1);
});

test("calls take the way out that the configuration names, the one for the token, too", async () => {
  const asked: string[] = [];
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      asked.push(request.url);
      return request.url.includes(TOKEN_PATH) ? tokenAnswer(request) : done();
    },
  });
  const api = apiWith({ domain: "http://feishu.invalid", proxy: `http://127.0.0.1:${proxy.port}` });
  await api.call(CALL);
  await proxy.stop(true);
  expect(asked).toHaveLength(2);
  for (const url of asked) expect(url).toContain("feishu.invalid");
});

test("neither an error nor the log holds the secret or the token, however deep one looks", async () => {
  const { log, lines } = keepLines();
  const failing = (options: Partial<ApiOptions>) => errorOf(apiWith({ log, ...options }).call(CALL));
  answer = () => refused(230001, "invalid");
  const errors = [
    await failing({}),
    await failing({ domain: "http://127.0.0.1:1" }),
    await failing({ domain: `https://127.0.0.1:${server.port}`, callLimitMs: 200 }),
    await failing({ proxy: "socks5://127.0.0.1:1" }),
  ];
  tokenAnswer = () => refused(10014, "app secret invalid", { status: 200 });
  errors.push(await failing({}));
  expect(errors[0]).toBeInstanceOf(FeishuRefusal);
  const shown = Bun.inspect([errors, errors.map((error) => toChannelError(error, "send")), lines], {
    depth: 20,
  });
  expect(shown).not.toContain("secret_secret");
  expect(shown).not.toContain("secret_token");
});
