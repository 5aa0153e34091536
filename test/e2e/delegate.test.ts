import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { FAUX_MODEL } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const { HOME } = process.env;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "delegate-"));
  process.env["HOME"] = home;
});

afterEach(() => {
  if (HOME !== undefined) process.env["HOME"] = HOME;
  rmSync(home, { recursive: true, force: true });
});

/** A session as it is listed. */
interface Listed {
  readonly key: string;
  readonly parent?: string;
  readonly running?: boolean;
}

interface World {
  readonly alice: ChatClient;
  /** What Alice's agent says after it has called `tool`. */
  readonly call: (tool: string, params: object) => Promise<string>;
  readonly sessions: () => Promise<readonly Listed[]>;
}

/** A gateway that may run one real pi, and somebody whose words make its model call tools. */
async function withGateway(work: (world: World) => Promise<void>): Promise<void> {
  const agent = { extensions: [FAUX_MODEL], model: "faux/echo", pool: { min: 0, max: 1 } };
  const flags = [
    { path: ["gateway", "port"], value: 0, name: "port" },
    { path: ["agent"], value: agent, name: "agent" },
    { path: ["agents"], value: { list: [{ id: "mentor" }] }, name: "agents" },
  ];
  const load = () =>
    loadConfig({ env: { HOME: home }, home, cwd: home, file: undefined, channels: channelSchemas, flags });
  const gateway = new Gateway({ loaded: load(), load, files: [], log: silentLogger });
  const { url, link } = await gateway.start();
  const token = decodeURIComponent(link.split("#token=")[1] ?? "");
  try {
    using alice = await ChatClient.connect(url, token);
    await work({
      alice,
      call: async (tool, params) => {
        const { messageId } = await alice.send(ALICE, `tool ${tool} ${JSON.stringify(params)}`);
        return (await alice.end(messageId)).text ?? "";
      },
      sessions: async () => {
        const answer = await fetch(`${url}/api/sessions`, { headers: { authorization: `Bearer ${token}` } });
        return ((await answer.json()) as { sessions: Listed[] }).sessions;
      },
    });
  } finally {
    await gateway.stop(AbortSignal.timeout(5000));
  }
}

test("an agent asks another with the only pi that may run, and answers with what it was told", async () => {
  await withGateway(async ({ call, sessions }) => {
    const said = await call("delegate", { agent: "mentor", task: "say 5" });
    expect(said).toContain("RESULT: echo: [gateway] The agent main asks you to do this task.");
    expect(said).toEndWith("say 5");
    const child = (await sessions()).find(({ parent }) => parent === ALICE);
    expect(child?.key).toStartWith("agent:mentor:agent:job:");
  });
});

test.each([
  ["chat.abort", { sessionKey: ALICE }],
  ["session.kill", { key: ALICE }],
])("%s of the agent that waits stops the one that works for it", async (method, which) => {
  await withGateway(async ({ alice, sessions }) => {
    const params = { agent: "mentor", task: "slow 100000 50 5" };
    const { messageId } = await alice.send(ALICE, `tool delegate ${JSON.stringify(params)}`);
    const childRuns = async () =>
      (await sessions()).some(({ parent, running }) => parent === ALICE && running === true);
    while (!(await childRuns())) await Bun.sleep(20);
    await alice.call(method, which);
    expect((await alice.end(messageId)).state).toBe("aborted");
    while (await childRuns()) await Bun.sleep(20);
  });
});

test("what is done later comes into the chat as a message of its own", async () => {
  await withGateway(async ({ alice, call }) => {
    expect(await call("delegate", { agent: "mentor", task: "Think", mode: "later" })).toContain(
      '"asked":"mentor"',
    );
    const frames = await alice.until("the answer of the mentor", (all) =>
      all.some(({ payload }) => payload.text?.includes("The agent mentor has answered") ?? false),
    );
    expect(frames).toBeDefined();
  });
});

test("an agent writes into a conversation below its own", async () => {
  await withGateway(async ({ call, sessions }) => {
    await call("delegate", { agent: "mentor", task: "Think" });
    const child = (await sessions()).find(({ parent }) => parent === ALICE);
    expect(await call("sessions_send", { session: child?.key, text: "More" })).toContain(
      '"sent":"agent:mentor',
    );
    expect(await call("sessions_send", { session: "agent:main:webchat:dm:bob", text: "Hi" })).toContain(
      "You may not write into",
    );
  });
});
