import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const AGENT = { extensions: [FAUX_MODEL], model: "faux/echo" };
const DAILY = { id: "daily", schedule: { kind: "cron", expr: "0 9 * * *" }, task: "say 5" };

let gateway: GatewayProcess;
beforeEach(async () => {
  gateway = await new GatewayProcess({ config: { agent: AGENT } }).start();
});
afterEach(() => gateway[Symbol.asyncDispose]());

const connect = () => ChatClient.connect(gateway.url, gateway.token);

/** What the model was told when it called the tool, as the faux model repeats it. */
async function callTool(params: object): Promise<Record<string, unknown>> {
  using alice = await connect();
  const { messageId } = await alice.send(ALICE, `tool cron ${JSON.stringify(params)}`);
  const { text = "" } = await alice.end(messageId);
  return JSON.parse(text.replace(/^RESULT: /, "")) as Record<string, unknown>;
}

/** The texts of the conversation once one of them contains `text`. */
async function historyWith(text: string): Promise<readonly string[]> {
  using client = await connect();
  await client.call("chat.subscribe", { sessionKey: ALICE });
  for (;;) {
    const seen = client.frames.length;
    const rows = (await client.history(ALICE)).map((row) => row.text);
    if (rows.some((row) => row.includes(text))) return rows;
    await client.until("news of the session", (frames) => frames.length > seen);
  }
}

test("the agent is asked in a chat to remind in 2 s, the gateway restarts, and the reminder arrives in that chat", async () => {
  const at = { kind: "at", expr: "2s" };
  const added = await callTool({ action: "add", id: "tea", schedule: at, task: "Tea!", kind: "message" });
  expect(added).toMatchObject({ job: { id: "tea", state: "waiting" } });
  await callTool({ action: "add", id: "look", schedule: at, task: "look around" });
  await gateway.kill("SIGTERM");
  await gateway.start();
  await historyWith("Tea!");
  const answers = (await historyWith("echo: ")).filter((row) => row.includes("echo: "));
  expect(answers).toEqual([
    expect.stringMatching(/^`look`\n\necho: \[gateway\] This is the scheduled task "look"/),
  ]);
  expect(answers[0]).toContain("Your answer is sent to webchat:alice");
  // The agent of the chat knows what was said there in its name.
  using alice = await connect();
  const { messageId } = await alice.send(ALICE, "and now?");
  const { text = "" } = await alice.end(messageId);
  expect(text).toContain('You said here, as the scheduled task "look"');
  expect(text).toContain("The gateway said here, as somebody had asked it to: Tea!");
  // Both are done, and gone.
  expect(await alice.call("cron.list", {})).toEqual({ jobs: [] });
});

test("a change of the file is in force at once: a job that came runs, one that went does not", async () => {
  const every = (id: string) => ({
    id,
    schedule: { kind: "every", expr: "1s" },
    task: `say ${id.length}`,
    to: "webchat:alice",
    delivery: "direct",
  });
  gateway.configure({ agent: AGENT, cron: { jobs: [every("xxxxxxx")] } });
  using client = await connect();
  await client.call("config.reload", {});
  await historyWith("say 7");
  gateway.configure({ agent: AGENT, cron: { jobs: [] } });
  await client.call("config.reload", {});
  expect(await client.call("cron.list", {})).toEqual({ jobs: [] });
});

test("over HTTP a job is added, shown, changed, run, paused, resumed and removed", async () => {
  const jobs = `${gateway.url}/api/cron/jobs`;
  const ask = async (method: string, path = "", body?: object) => {
    const headers = { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" };
    const response = await fetch(`${jobs}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const id = "每日 报告";
  const path = `/${encodeURIComponent(id)}`;
  const added = await ask("POST", "", { ...DAILY, id, to: "webchat:alice", delivery: "direct" });
  expect(added).toMatchObject({ status: 201, body: { job: { id, state: "waiting" } } });
  expect(await ask("POST", "", { ...DAILY, id })).toMatchObject({ status: 400 });
  expect(await ask("GET")).toMatchObject({ status: 200, body: { jobs: [{ id, origin: "people" }] } });
  for (const taken of ["schedule", "task"]) {
    expect(await ask("PATCH", path, { [taken]: null })).toMatchObject({ status: 400 });
  }
  expect(await ask("PATCH", path, { task: "say 3" })).toMatchObject({ body: { job: { task: "say 3" } } });
  expect(await ask("POST", `${path}/pause`)).toMatchObject({ body: { job: { state: "paused" } } });
  expect(await ask("POST", `${path}/resume`)).toMatchObject({ body: { job: { state: "waiting" } } });
  expect(await ask("POST", `${path}/run`)).toMatchObject({ status: 200, body: { run: { isManual: true } } });
  const [answer] = await historyWith("say 3");
  expect(answer).toContain(`This is the scheduled task "${id}"`);
  expect(await ask("GET", `${path}/runs?limit=5`)).toMatchObject({ body: { runs: [{ job: id }] } });
  expect(await ask("DELETE", path)).toEqual({ status: 200, body: { id } as never });
  expect(await ask("GET", path)).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
  expect(await ask("POST", "", { ...DAILY, schedule: { kind: "every", expr: "0 9 * * *" } })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('use kind "cron"') } },
  });
  expect(await ask("POST", "", { ...DAILY, tasc: "x" })).toMatchObject({ status: 400 });
});
