import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { newerPi, OWN_PI } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const SETTINGS = JSON.stringify({
  defaultModel: "mine",
  retry: { baseDelayMs: 10, provider: { maxRetries: 0 } },
});
const SECRET = "sk-live-0123456789abcdef";

let first: FakeOpenAi;
let second: FakeOpenAi;

beforeEach(() => {
  first = new FakeOpenAi({ provider: "first" });
  second = new FakeOpenAi({ provider: "second" });
});

afterEach(() => {
  first[Symbol.dispose]();
  second[Symbol.dispose]();
});

/** A gateway on two servers, with a failover as the guide writes it: bare names. */
async function gatewayOn(piCliPath: string, agent: object = {}): Promise<GatewayProcess> {
  const modelFailover = {
    primary: "first/moody",
    fallbacks: ["second/echo"],
    maxRetries: 2,
    cooldownMs: 60_000,
  };
  const gateway = new GatewayProcess({ config: { agent: { piCliPath, modelFailover, ...agent } } });
  const agentDir = join(gateway.home, ".pi/agent");
  mkdirSync(agentDir, { recursive: true });
  writeFileSync(join(agentDir, "settings.json"), SETTINGS);
  for (const server of [first, second]) await server.addTo(agentDir);
  return gateway;
}

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);

/** Sends `text` as Alice; how it ended. */
async function ask(client: ChatClient, text: string, session = ALICE) {
  return client.end((await client.send(session, text)).messageId);
}

async function get<T>(gateway: GatewayProcess, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${gateway.token}` };
  // The tests that ask know what is answered.
  return (await (await fetch(`${gateway.url}${path}`, { headers })).json()) as T;
}

interface Seen {
  readonly models: readonly { readonly id: string; readonly state: string; readonly untilMs?: number }[];
}

/** What people wrote, as it stands in all of pi's transcripts. */
function usersIn(gateway: GatewayProcess): string[] {
  const folder = join(gateway.stateDir, "sessions");
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { message?: { role: string; content: { text: string }[] } })
      .flatMap(({ message }) => (message?.role === "user" ? [message.content[0]?.text ?? ""] : [])),
  );
}

describe.each([
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
])("with the real pi %s", (_version, piCliPath) => {
  test("3 of 3 turns are answered by the second server while the first one fails; everybody can see why", async () => {
    await using gateway = await (await gatewayOn(piCliPath())).start();
    expect(gateway.output).not.toContain("not active yet");
    using alice = await connect(gateway);
    first.mood = "limited";
    for (const text of ["one", "two", "three"]) {
      expect(await ask(alice, text)).toMatchObject({ state: "final", text: expect.stringContaining(text) });
    }
    expect(first.requests).toHaveLength(2);
    expect(second.requests).toHaveLength(3);
    expect(usersIn(gateway)).toHaveLength(3);
    const cooling = { id: "first/moody", state: "cooling", untilMs: expect.any(Number) };
    expect((await get<Seen>(gateway, "/api/sessions")).models).toContainEqual(
      expect.objectContaining(cooling),
    );
    expect((await get<Seen>(gateway, "/health?detail=1")).models).toContainEqual(
      expect.objectContaining(cooling),
    );
    // pi's own default is theirs, whatever was asked meanwhile.
    expect(readFileSync(join(gateway.home, ".pi/agent/settings.json"), "utf8")).toBe(SETTINGS);
  });

  test("what the failed model had begun to say is gone: one final, with the other one's answer alone", async () => {
    await using gateway = await (await gatewayOn(piCliPath())).start();
    using alice = await connect(gateway);
    first.mood = "cut";
    const end = await ask(alice, "hello");
    expect(end.text).toStartWith("echo: hello");
    expect(end.text).not.toContain("part");
    let shown = "";
    for (const { payload } of alice.frames) {
      if (payload.state === "delta") shown = payload.replace ? (payload.delta ?? "") : shown + payload.delta;
    }
    expect(shown).toBe(end.text ?? "");
    expect((await alice.history(ALICE)).map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test("when all fail, one line says what each of them said, without secrets", async () => {
    first.said = `Incorrect API key provided: ${SECRET}`;
    await using gateway = await (
      await gatewayOn(piCliPath(), {
        modelFailover: { primary: "first/moody", fallbacks: ["second/limited"], maxRetries: 1 },
      })
    ).start();
    using alice = await connect(gateway);
    first.mood = "refused";
    const { state, error } = await ask(alice, "hello");
    expect(state).toBe("error");
    expect(error?.message).toMatch(
      /^No model could answer\. first\/moody: 401.*; second\/limited: 429.*\(ref \w+\)$/,
    );
    expect(error?.message).toContain("Incorrect API key");
    expect(JSON.stringify(alice.frames)).not.toContain(SECRET);
    expect(gateway.log()).not.toContain(SECRET);
    first.mood = "echo";
    expect(await ask(alice, "and now?")).toMatchObject({ state: "final" });
  });

  test("what was spent is kept over restarts, and a budget that is used up lets nothing begin", async () => {
    // A dollar per thousand tokens that come in, two per thousand that go out: 2 cents an answer.
    await using gateway = await gatewayOn(piCliPath(), {
      budget: { perSender: { "*": { dailyUsd: 0.03 } } },
    });
    await gateway.start();
    {
      using alice = await connect(gateway);
      expect((await ask(alice, "one")).state).toBe("final");
    }
    await gateway.kill("SIGTERM");
    await gateway.start();
    using alice = await connect(gateway);
    expect((await ask(alice, "two")).state).toBe("final");
    const refused = await ask(alice, "three");
    expect(refused).toMatchObject({ state: "error", error: { code: "OVER_BUDGET" } });
    expect(refused.error?.message).toStartWith("Your daily budget ($0.03) is used up.");
    expect(first.requests).toHaveLength(2);
    expect((await alice.history(ALICE)).at(-1)?.text).toContain("budget");
  });
});
