import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../src/cli/exit-codes.ts";
import { ChatClient } from "./fakes/chat-client.ts";
import { FakeOpenAi } from "./fakes/fake-openai.ts";
import { GatewayProcess } from "./fakes/gateway-process.ts";

setDefaultTimeout(60_000);

/** The guide's commands, endpoints and frames, as printed, against a gateway that runs. */
const GUIDE = join(import.meta.dir, "guide");
const ROOT = join(import.meta.dir, "..");
const read = (name: string) => readFileSync(join(GUIDE, name), "utf8");

/** What the guide prints and this version does not have yet: whoever builds it takes its line from here. */
const LATER: ReadonlySet<string> = new Set(["pi-gw onboard", "pi-gw onboard --install-daemon"]);

const SESSION = "agent:main:webchat:dm:guide";
/** As the guide's own configuration has it. */
const HOOKS = { enabled: true, token: "webhook-secret", path: "/hooks" };
const JOB = {
  id: "daily-report",
  schedule: { kind: "cron", expr: "0 9 * * *", timezone: "Asia/Shanghai" },
  task: "Generate daily report",
  delivery: "announce",
  resumeContext: false,
};
const gateway = new GatewayProcess({
  env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
  config: { hooks: HOOKS, cron: { enabled: true, jobs: [JOB] } },
});
let client: ChatClient;

beforeAll(async () => {
  await gateway.start();
  client = await ChatClient.connect(gateway.url, gateway.token);
  await client.end((await client.send(SESSION, "hello")).messageId);
});

afterAll(async () => {
  client[Symbol.dispose]();
  await gateway[Symbol.asyncDispose]();
});

describe("each frame of the guide", () => {
  const answers: Readonly<Record<string, object>> = {
    "session.list": { ok: true, payload: { sessions: [{ key: SESSION }] } },
    // Nobody has written from there: the answer says how keys are written and which session was meant.
    "session.get": { ok: false, error: { code: "NOT_FOUND", retryable: false } },
    "session.kill": { ok: false, error: { code: "NOT_FOUND", retryable: false } },
    "cron.list": { ok: true, payload: { jobs: [{ id: JOB.id, origin: "config" }] } },
    "cron.run": { ok: true, payload: { run: { job: JOB.id, isManual: true } } },
    "cron.pause": { ok: true, payload: { job: { id: JOB.id, pausedBy: "person" } } },
    "config.reload": { ok: true, payload: { reloaded: true, problems: [] } },
  };

  for (const frame of JSON.parse(read("websocket-frames.json")) as { method: string; params: object }[]) {
    if (LATER.has(frame.method)) continue;
    test(`${frame.method} is answered, without an id by its method`, async () => {
      expect(await answerTo(frame)).toMatchObject({
        type: "res",
        method: frame.method,
        ...answers[frame.method],
      });
    });
  }

  test("with the key of a session that there is, is about that session", async () => {
    expect(await answerTo({ method: "session.get", params: { key: SESSION } })).toMatchObject({
      ok: true,
      payload: { session: { key: SESSION } },
    });
  });
});

/** Sends a frame on a socket that shows its credential in the header, as scripts do. */
async function answerTo(frame: object): Promise<object> {
  const headers = { authorization: `Bearer ${gateway.token}` };
  const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/ws`, { headers });
  try {
    return await new Promise((resolve, reject) => {
      socket.addEventListener("open", () => socket.send(JSON.stringify(frame)));
      socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)) as object));
      socket.addEventListener("close", () => reject(new Error("closed without an answer")));
    });
  } finally {
    socket.close();
  }
}

describe("each endpoint of the guide", () => {
  const answers: Readonly<Record<string, object>> = {
    "/health": { status: "ok", demo: true },
    "/api/sessions": { sessions: expect.arrayContaining([expect.objectContaining({ key: SESSION })]) },
    "/api/session/:key": { session: { key: SESSION } },
    "/api/cron/jobs": { jobs: [{ id: JOB.id }] },
    "/api/cron/jobs/:id": { job: { id: JOB.id, schedule: JOB.schedule } },
    "/api/cron/jobs/:id/run": { run: { job: JOB.id, state: "running" } },
    "/api/config": { gateway: { auth: { token: expect.stringContaining("[secret") } } },
  };

  for (const { method, path } of JSON.parse(read("http-endpoints.json")) as {
    method: string;
    path: string;
  }[]) {
    if (LATER.has(path) || path.startsWith(HOOKS.path)) continue;
    for (const key of path.includes(":key") ? [SESSION, encodeURIComponent(SESSION)] : [""]) {
      test(`${method} ${path.replace(":key", key)}`, async () => {
        const url = `${gateway.url}${path.replace(":key", key).replace(":id", JOB.id)}`;
        if (path.endsWith("/run")) await untilIdle();
        const response = await fetch(url, { method, headers: { authorization: `Bearer ${gateway.token}` } });
        expect(response.status).toBe(200);
        expect(await response.json()).toMatchObject(answers[path] ?? {});
        const stranger = await fetch(url, { method });
        expect(stranger.status).toBe(path === "/health" ? 200 : 401);
      });
    }
  }
});

/** A job does one thing at a time. */
async function untilIdle(): Promise<void> {
  for (;;) {
    const { job } = (await client.call("cron.get", { id: JOB.id })) as { job: { state: string } };
    if (job.state !== "running") return;
    await Bun.sleep(20);
  }
}

test("POST /hooks/wake takes the webhooks' token, and the gateway's does not open it", async () => {
  const wake = (token: string) =>
    fetch(`${gateway.url}/hooks/wake`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: '{"text":"Look outside","mode":"now"}',
    });
  const taken = await wake(HOOKS.token);
  expect(taken.status).toBe(202);
  expect(await taken.json()).toMatchObject({ ok: true, state: "accepted" });
  expect((await wake(gateway.token)).status).toBe(401);
  expect((await fetch(`${gateway.url}/hooks/wake`)).status).toBe(405);
});

describe("each command of the guide", () => {
  const ends: Readonly<Record<string, { code: number; says: RegExp }>> = {
    // The one that runs holds this state: a second start says so and prints its link.
    "pi-gw gateway": { code: EXIT.alreadyRunning, says: /already|runs/ },
    "pi-gw gateway --port 52134": { code: EXIT.alreadyRunning, says: /already|runs/ },
    "pi-gw gateway --verbose": { code: EXIT.alreadyRunning, says: /already|runs/ },
    "pi-gw doctor": { code: EXIT.ok, says: /The gateway can work/ },
    'pi-gw send --to telegram:123456789 --message "Hello"': {
      code: EXIT.refused,
      says: /no channel telegram/,
    },
    'pi-gw send --to telegram:default:123456789:topic:456 --message "Topic message"': {
      code: EXIT.refused,
      says: /no channel telegram/,
    },
    'pi-gw send --to discord:789012345 --message "Hello Discord"': {
      code: EXIT.refused,
      says: /no channel discord/,
    },
    "pi-gw pairing list": { code: EXIT.ok, says: /Nobody is waiting to be let in/ },
    // Nobody has been told such a code, nor could anybody be.
    ...Object.fromEntries(
      [
        "approve telegram ABCD1234",
        "approve telegram ABCD1234 --account default",
        "deny telegram ABCD1234",
      ].map((line) => [`pi-gw pairing ${line}`, { code: EXIT.refused, says: /unknown or expired/ }]),
    ),
    "pi-gw config show": { code: EXIT.ok, says: /"port": 0/ },
  };

  for (const line of read("cli-lines.txt").trim().split("\n")) {
    if (LATER.has(line)) continue;
    test(line, async () => {
      const { code, text } = await run(line);
      expect(text).toMatch(ends[line]?.says ?? /^$/);
      expect(code).toBe(ends[line]?.code ?? -1);
    });
  }

  test('pi-gw send --to webchat:guide --message "Hello" is seen in that conversation', async () => {
    expect((await run('pi-gw send --to webchat:guide --message "Hello from the console"')).code).toBe(0);
    await client.until("the message", (frames) =>
      frames.find(
        (frame) => frame.payload.state === "final" && frame.payload.text === "Hello from the console",
      ),
    );
    expect((await client.history(SESSION)).at(-1)).toMatchObject({
      role: "assistant",
      text: "Hello from the console",
    });
  });
});

test("the guide's failover: the first model is rate limited, the second one answers", async () => {
  using maker = new FakeOpenAi({ provider: "anthropic", models: ["claude-sonnet-4"] });
  using others = new FakeOpenAi({ provider: "openai", models: ["gpt-4o", "gemini-pro"] });
  // As printed, comments and commas and all, but for the port.
  const printed = read("config-failover.jsonc").replace("{", '{ "gateway": { "port": 0 },');
  await using limited = new GatewayProcess();
  writeFileSync(join(limited.home, "cwd/pi-gateway.jsonc"), printed);
  const agentDir = join(limited.home, ".pi/agent");
  for (const server of [maker, others]) await server.addTo(agentDir);
  writeFileSync(join(agentDir, "settings.json"), JSON.stringify({ retry: { baseDelayMs: 10 } }));
  maker.mood = "limited";
  await limited.start();
  expect(limited.output).not.toContain("modelFailover");
  using alice = await ChatClient.connect(limited.url, limited.token);
  const { text } = await alice.end((await alice.send(SESSION, "hello")).messageId);
  expect(text).toStartWith("echo: hello");
  const asked = (server: FakeOpenAi) => server.requests.map(({ model }) => model);
  expect([asked(maker), asked(others)]).toEqual([["claude-sonnet-4", "claude-sonnet-4"], ["gpt-4o"]]);
});

/** Runs a line as it is printed, with the gateway's home as one's own. */
async function run(line: string): Promise<{ code: number; text: string }> {
  const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? "").slice(1);
  const child = Bun.spawn(["node", join(ROOT, "bin/pi-gw.mjs"), ...args], {
    cwd: join(gateway.home, "cwd"),
    env: { PATH: process.env["PATH"] ?? "", HOME: gateway.home, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const texts = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
  return { code: await child.exited, text: texts.join("\n") };
}
