import { expect, test } from "bun:test";
import type { Channel, ChannelStatus } from "../../src/core/channel.ts";
import { healthOf, type HealthFacts } from "../../src/core/health.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

class WithStatus extends PlainPlatform {
  state: ChannelStatus = { state: "connected", sinceMs: 0 };
  status = () => this.state;
}

const capabilities = {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
};
const pool = { total: 1, busy: 0, idle: 1, min: 1, max: 4, longestWaitMs: 0 };
const facts = (changes: Partial<HealthFacts> = {}): HealthFacts => ({
  version: "1.2.3",
  startedAtMs: 1000,
  nowMs: 5000,
  isStopping: false,
  pool,
  models: [],
  channels: [],
  storeProblem: undefined,
  channelFailures: new Map(),
  ...changes,
});

test("a gateway in order says so and little else to strangers", () => {
  expect(healthOf(facts()).public).toEqual({ status: "ok", version: "1.2.3", uptimeMs: 4000 });
  const demo = { ...pool, model: { id: "x/y", isDemo: true } };
  expect(healthOf(facts({ pool: demo })).public.demo).toBe(true);
});

test.each([
  ["the store cannot write", { storeProblem: "disk full at /home/una" }],
  ["pi cannot be started", { pool: { ...pool, lastError: "no pi at /home/una/pi" } }],
  ["a channel did not start", { channelFailures: new Map([["telegram/default", "token 123 is wrong"]]) }],
  ["a channel has failed", { channels: [failed()] }],
])("%s: strangers learn that something is wrong, those who may learn what", (_, changes) => {
  const health = healthOf(facts(changes));
  expect(health.public.status).toBe("degraded");
  expect(health.public.reason).not.toMatch(/una|token|telegram|conflict/);
  expect(health.problems.join()).toMatch(/una|token 123|conflict/);
});

test("a gateway that stops says so, whatever else is wrong", () => {
  expect(healthOf(facts({ isStopping: true, storeProblem: "x" })).public.status).toBe("stopping");
});

function failed(): Channel {
  const channel = new WithStatus("telegram", capabilities);
  channel.state = { state: "failed", sinceMs: 0, lastError: "conflict" };
  return channel;
}
