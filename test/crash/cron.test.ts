import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const SESSION = "agent:main:webchat:dm:alice";
const FAST = { PI_GATEWAY_DEMO_PACE_MS: "0" };

interface Run {
  readonly state: string;
  readonly attempt: number;
  readonly delivery?: string;
}

/** Adds a job that is due in a moment to a gateway that kills itself on the way, and starts it again. */
async function runThroughCrash(gateway: GatewayProcess, job: object): Promise<void> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  await client.call("cron.add", {
    id: "tea",
    schedule: { kind: "at", expr: "300ms" },
    task: "The tea is ready",
    delivery: "direct",
    to: "webchat:alice",
    deleteAfterRun: false,
    ...job,
  });
  expect(await gateway.exited()).toBe(137);
  await client.closed();
  await gateway.start();
}

/** What was said in the chat once the run has ended, and the runs there were. */
async function onceRun(gateway: GatewayProcess): Promise<{ said: string[]; runs: readonly Run[] }> {
  using client = await ChatClient.connect(gateway.url, gateway.token);
  for (;;) {
    const { runs } = (await client.call("cron.runs", { id: "tea" })) as { runs: readonly Run[] };
    const said = (await client.history(SESSION)).map(({ text }) => text);
    const isOver = runs.length > 0 && runs.every(({ state }) => state !== "running");
    if (isOver && runs.every(({ delivery }) => delivery !== "pending")) return { said, runs };
    await Bun.sleep(50);
  }
}

const POINTS = [
  "cron.before-begin",
  "cron.after-begin",
  "inbox.before-settle",
  "cron.after-take",
  "turn.after-note",
  "turn.text",
  "turn.before-finish",
  "turn.after-finish",
  "outbox.before-call",
  "outbox.after-call",
  "cron.before-end",
  "cron.after-end",
];

describe.each(POINTS)("the gateway is killed at %s, in a run of a job", (point) => {
  test("the agent is asked once, and its answer is seen once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start(point);
    await runThroughCrash(gateway, {});
    const { said, runs } = await onceRun(gateway);
    expect(said).toHaveLength(1);
    expect(runs).toMatchObject([{ state: "done", attempt: 1, delivery: "sent" }]);
  });
});

describe.each([
  "cron.before-begin",
  "cron.after-begin",
  "cron.after-say",
  "outbox.before-call",
  "outbox.after-call",
  "cron.before-end",
  "cron.after-end",
])("the gateway is killed at %s, in a job that sends a text", (point) => {
  test("it is read once", async () => {
    await using gateway = new GatewayProcess({ env: FAST });
    await gateway.start(point);
    await runThroughCrash(gateway, { kind: "message" });
    const { said, runs } = await onceRun(gateway);
    expect(said).toEqual(["The tea is ready"]);
    expect(runs).toMatchObject([{ state: "done", delivery: "sent" }]);
  });
});
