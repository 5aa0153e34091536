import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("a pool whose least is more than its most is refused; auto fits any least", () => {
  expect(problemsIn({ agent: { pool: { min: 5 } } })[0]).toEndWith(
    "agent.pool.min: must not be greater than agent.pool.max",
  );
  expect(load({ agent: { pool: { min: 5, max: "auto" } } }).config.agent.pool).toMatchObject({
    min: 5,
    max: "auto",
  });
  expect(load({ agent: { pool: { min: 0, max: 1 } } }).config.agent.pool).toMatchObject({ min: 0, max: 1 });
});

test("every level of thinking that pi knows is taken, and no other", () => {
  for (const thinkingLevel of ["off", "minimal", "low", "medium", "high", "xhigh", "max"] as const) {
    expect(load({ agent: { thinkingLevel } }).config.agent.thinkingLevel).toBe(thinkingLevel);
  }
  expect(problemsIn({ agent: { thinkingLevel: "ultra" } })).toHaveLength(1);
});

test("a failover has the guide's numbers unless it names others, and needs no primary", () => {
  expect(load({ agent: { modelFailover: { fallbacks: ["gpt-4o"] } } }).config.agent.modelFailover).toEqual({
    fallbacks: ["gpt-4o"],
    maxRetries: 2,
    cooldownMs: 60_000,
    silenceMs: 180_000,
    leavesPinned: false,
  });
});
