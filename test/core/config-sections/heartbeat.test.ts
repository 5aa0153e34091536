import { describe, expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();
const heartbeat = (section: object) => ({ agent: { heartbeat: section } });

describe("a heartbeat", () => {
  test("is off unless its section is there", () => {
    expect(load({}).config.agent.heartbeat).toBeUndefined();
    expect(load(heartbeat({})).config.agent.heartbeat).toMatchObject({
      enabled: true,
      every: "30m",
      session: "chat",
      dailyTokens: 500_000,
    });
  });

  test("beats once a minute at most, in spans that are some", () => {
    expect(load(heartbeat({ every: "1m" })).config.agent.heartbeat?.every).toBe("1m");
    expect(problemsIn(heartbeat({ every: "30s" }))[0]).toContain("at least 1m");
    expect(problemsIn(heartbeat({ every: "soon" }))[0]).toContain("expected a span");
  });

  test("has hours of the day in a zone that exists", () => {
    const hours = { start: "08:00", end: "24:00", timezone: "Asia/Shanghai" };
    expect(load(heartbeat({ activeHours: hours })).config.agent.heartbeat?.activeHours).toEqual(hours);
    expect(problemsIn(heartbeat({ activeHours: { start: "8:00" } }))[0]).toContain("such as 08:00");
    expect(problemsIn(heartbeat({ activeHours: { end: "25:00" } }))[0]).toContain("such as 08:00");
    expect(problemsIn(heartbeat({ activeHours: { timezone: "Mars" } }))[0]).toContain("a time zone");
    expect(problemsIn(heartbeat({ activeHours: { start: "08:00", end: "08:00" } }))[0]).toContain(
      "it would never beat",
    );
  });

  test("may be any agent's", () => {
    const list = [{ id: "watch", heartbeat: { every: "2h" } }];
    expect(load({ agents: { list } }).config.agents.list[0]?.heartbeat?.every).toBe("2h");
  });
});
