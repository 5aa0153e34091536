import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const SETUP = {
  env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
  config: {
    owners: ["webchat:alice"],
    hooks: { enabled: true, token: "for webhooks alone" },
    agents: { list: [{ id: "mentor" }] },
  },
} as unknown as ConstructorParameters<typeof GatewayProcess>[0];

interface Taken {
  readonly status: number;
  readonly said: unknown;
}

/** Undefined where nobody answered: the gateway died on the way. */
async function post(
  gateway: GatewayProcess,
  path: string,
  body: object,
  key: string,
): Promise<Taken | undefined> {
  const headers = {
    authorization: "Bearer for webhooks alone",
    "content-type": "application/json",
    "idempotency-key": key,
  };
  try {
    const response = await fetch(`${gateway.url}/hooks/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, said: await response.json() };
  } catch {
    // That is what a caller sees of a crash.
    return undefined;
  }
}

/** What was said in Alice's chat, once `words` are among it. */
async function saidOnce(gateway: GatewayProcess, words: string): Promise<string[]> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("chat.subscribe", { sessionKey: ALICE });
  for (;;) {
    const seen = client.frames.length;
    const said = (await client.history(ALICE))
      .filter(({ role }) => role === "assistant")
      .map(({ text }) => text);
    if (said.some((text) => text.includes(words))) return said;
    await client.until("news of the chat", (frames) => frames.length > seen);
  }
}

const POINTS = [
  "inbox.before-record",
  "inbox.after-record",
  "inbox.before-settle",
  "turn.after-note",
  "turn.text",
  "turn.before-finish",
  "turn.after-finish",
  "outbox.before-call",
  "outbox.after-call",
];

describe.each(POINTS)("the gateway is killed at %s, with a webhook on its way", (point) => {
  test.each(["wake", "agent"])(
    "%s: it is answered once in the chat, and sent again it is the same",
    async (path) => {
      await using gateway = new GatewayProcess(SETUP);
      await gateway.start(point);
      const body =
        path === "wake" ? { text: "the build broke" } : { message: "count the mail", name: "Mail" };
      const first = await post(gateway, path, body, "k");
      expect(await gateway.exited()).toBe(137);
      await gateway.start();
      const again = await post(gateway, path, body, "k");
      expect(again?.status).toBe(202);
      // Whoever was told that it was taken is told the same.
      if (first) expect(again).toEqual(first);
      await post(gateway, "wake", { text: "the last word" }, "another");
      const said = await saidOnce(gateway, "the last word");
      expect(
        said.filter((text) => text.includes(path === "wake" ? "the build broke" : "count the mail")),
      ).toHaveLength(1);
    },
  );
});

describe.each(["delegate.after-record", "delegate.after-ask", "delegate.after-tell"])(
  "the gateway is killed at %s",
  (point) => {
    const mode = point === "delegate.after-tell" ? "later" : "wait";

    test("another agent was asked once, and its answer arrives once", async () => {
      await using gateway = new GatewayProcess(SETUP);
      await gateway.start(point);
      const params = { agent: "mentor", task: "think about the harbour", mode };
      using client = await ChatClient.connect(gateway.url, gateway.token);
      await client.send(ALICE, `tool delegate ${JSON.stringify(params)}`, "key-1");
      expect(await gateway.exited()).toBe(137);
      await gateway.start();
      const words = mode === "later" ? "has answered what you gave it" : "`delegate`";
      const said = await saidOnce(gateway, words);
      expect(said.filter((text) => text.includes(words))).toHaveLength(1);
      const answer = await fetch(`${gateway.url}/api/sessions`, {
        headers: { authorization: `Bearer ${gateway.token}` },
      });
      const { sessions } = (await answer.json()) as {
        sessions: { agent: string; turns: number; parent?: string }[];
      };
      expect(sessions.filter(({ agent }) => agent === "mentor")).toMatchObject([{ turns: 1, parent: ALICE }]);
    });
  },
);

describe.each(["heartbeat.decided", "heartbeat.asked"])("the gateway is killed at %s", (point) => {
  test("the agent looks around once in the span, and says once what was kept for it", async () => {
    await using gateway = new GatewayProcess({
      ...SETUP,
      config: { ...SETUP?.config, agent: { heartbeat: { every: "24h" } } },
    });
    await gateway.start();
    expect(
      await post(gateway, "wake", { text: "the build broke", mode: "next-heartbeat" }, "k"),
    ).toMatchObject({
      status: 200,
      said: { state: "kept" },
    });
    await gateway.kill("SIGTERM");
    aDayAgo(gateway);
    // It beats while it starts, and dies of it.
    await gateway.start(point).catch(() => {});
    expect(await gateway.exited()).toBe(137);
    await gateway.start();
    await saidOnce(gateway, "the build broke");
    await gateway.kill("SIGTERM");
    await gateway.start();
    await post(gateway, "wake", { text: "the last word" }, "another");
    const said = await saidOnce(gateway, "the last word");
    expect(said.filter((text) => text.includes("the build broke"))).toHaveLength(1);
  });
});

/** The span before this one was the last that was decided about. */
function aDayAgo(gateway: GatewayProcess): void {
  using database = new Database(join(gateway.stateDir, "gateway.db"));
  database.run(
    `update state set value = json_set(value, '$.lastAtMs', json_extract(value, '$.lastAtMs') - 86400000)
     where namespace = 'heartbeat'`,
  );
}
