import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld } from "./cli-world.ts";

setDefaultTimeout(60_000);

const DAILY = {
  id: "daily",
  schedule: { kind: "cron", expr: "0 9 * * *", timezone: "Asia/Shanghai" },
  task: "Report",
};
let gateway: GatewayProcess;
let world: CliWorld;

beforeAll(async () => {
  world = await CliWorld.make();
  gateway = new GatewayProcess({
    env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
    config: { cron: { jobs: [DAILY] } },
  });
  await gateway.start();
  world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir, TZ: "UTC" };
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const cron = (...args: string[]) => world.run("cron", ...args);

/** Asks until the answer is as awaited: a run takes a moment. */
async function runsUntil(id: string, awaited: RegExp): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const { out } = await cron("runs", id);
    if (awaited.test(out) || tries > 300) return out;
    await Bun.sleep(100);
  }
}

test("a job is added, shown with its next times, changed, run and removed", async () => {
  const added = await cron(
    "add",
    "tea",
    "--cron",
    "30 16 * * 1-5",
    "--message",
    "Tea!",
    "--to",
    "webchat:alice",
  );
  expect(added.code).toBe(EXIT.ok);
  expect(added.out).toMatch(
    /^tea {2}30 16 \* \* 1-5 {2}waiting, next \S+T16:30:00\+00:00\n {4}Tea!\n( {4}\S+T16:30\S+\n){5}$/,
  );
  const { out } = await cron("list");
  expect(out).toContain("daily  0 9 * * * (Asia/Shanghai)  waiting, next");
  expect(out).toContain("of the configuration file");
  expect((await cron("update", "tea", "--every", "2h", "--no-catch-up")).out).toContain(
    "tea  every 2h  waiting",
  );
  expect((await cron("run", "tea")).out).toContain("tea runs now.");
  expect(await runsUntil("tea", /done/)).toMatch(
    /done, 0 s {2}\(asked for, (sent|pending) to webchat:alice\)\n {4}Tea!/,
  );
  expect((await cron("remove", "tea")).out).toBe("tea is gone.\n");
});

test("the next times of a schedule are shown without a job", async () => {
  const { out } = await cron("next", "--cron", "0 9 * * *", "--timezone", "Asia/Shanghai");
  expect(out.trim().split("\n")).toHaveLength(5);
  expect(out).toMatch(/^\d{4}-\d\d-\d\dT09:00:00\+08:00\n/);
});

test("doctor names a job that is paused, and one whose answer arrives nowhere", async () => {
  await cron("pause", "daily");
  await cron("run", "daily");
  await runsUntil("daily", /done/);
  const { out } = await world.run("doctor");
  expect(out).toContain("daily is paused");
  expect(out).toContain("what daily said last arrived nowhere");
  expect((await cron("resume", "daily")).out).toContain("waiting");
});

test.each([
  [["add", "x", "--task", "t"], "Say when: --cron, --every or --at."],
  [["add", "x", "--every", "1h"], "Say what: --task for the agent, or --message to send a text."],
  [["add", "x", "--every", "1h", "--at", "1h", "--task", "t"], "One of --cron, --every and --at is enough."],
  [["update", "daily"], "Say what is to be another"],
])("%j is not understood", async (args, says) => {
  const { code, err } = await cron(...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toContain(says);
});

test.each([
  [["add", "x", "--every", "0 9 * * *", "--task", "t"], 'use kind "cron"'],
  [["remove", "daily"], "stands in the configuration file"],
  [["run", "dialy"], 'Did you mean "daily"?'],
])("%j is refused", async (args, says) => {
  const { code, err } = await cron(...args);
  expect(code).toBe(EXIT.refused);
  expect(err).toContain(says);
});
