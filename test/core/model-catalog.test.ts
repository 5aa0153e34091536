import { expect, test } from "bun:test";
import type { LaunchProfile } from "../../src/core/launch-profile.ts";
import { PiModels } from "../../src/core/model-catalog.ts";
import { chooseModel, type ModelWish } from "../../src/core/model-choice.ts";
import { ModelFailover } from "../../src/core/model-failover.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const available = [
  { provider: "anthropic", id: "claude-sonnet-4-20250514" },
  { provider: "openai", id: "gpt-4o" },
  { provider: "openai", id: "gpt-4o-mini" },
  { provider: "pi-gateway", id: "demo" },
];
const settings = { fallbacks: [], maxRetries: 1, cooldownMs: 1000, silenceMs: 0, leavesPinned: false };
const SESSION = { agent: "main" };

function catalogOf(wish: ModelWish, isUp = true) {
  const failover = new ModelFailover({ settings: () => settings, clock: new FakeClock(), log: silentLogger });
  // Of a profile only the wish is asked for.
  const models = new PiModels(failover, { of: async () => ({ wish }) as LaunchProfile });
  const chain = ["anthropic/claude-sonnet-4-20250514", "openai/gpt-4o"];
  if (isUp) models.note(chooseModel(wish, available, undefined), chain);
  return models;
}

const WISH = { wanted: ["claude-sonnet-4", "gpt-4o"] };

test("people choose among the models that pi has credentials for; the demo is none of them", () => {
  expect(catalogOf(WISH).list()).toEqual([
    "anthropic/claude-sonnet-4-20250514",
    "openai/gpt-4o",
    "openai/gpt-4o-mini",
  ]);
  expect(catalogOf(WISH, false).list()).toEqual([]);
});

test("a name is resolved as in the configuration; of an unknown one, those that are most like it are told", () => {
  const models = catalogOf(WISH);
  expect(models.resolve(" claude-sonnet-4 ")).toEqual({ id: "anthropic/claude-sonnet-4-20250514" });
  expect(models.resolve("gpt")).toEqual({ nearest: ["openai/gpt-4o", "openai/gpt-4o-mini"] });
  expect(models.resolve("gtp-4o")).toEqual({ nearest: ["openai/gpt-4o"] });
  expect(models.resolve("demo")).toEqual({ nearest: [] });
  expect(models.resolve("")).toEqual({ nearest: [] });
});

test("what answers next is what was chosen for the conversation, else the first model that does not rest", async () => {
  const models = catalogOf(WISH);
  expect(await models.currentOf(SESSION)).toBe("anthropic/claude-sonnet-4-20250514");
  models.failover.rest("anthropic/claude-sonnet-4-20250514");
  expect(await models.currentOf(SESSION)).toBe("openai/gpt-4o");
  expect(await models.currentOf({ ...SESSION, model: "gpt-4o-mini" })).toBe("openai/gpt-4o-mini");
  expect(await models.currentOf({ ...SESSION, model: "gone/gone" })).toBe("gone/gone");
  expect(await catalogOf({ wanted: ["grok-9"] }).currentOf(SESSION)).toBe("pi-gateway/demo");
  expect(await catalogOf(WISH, false).currentOf(SESSION)).toBeUndefined();
});

test("the configured models are told with how they are, before any has failed", () => {
  const models = catalogOf(WISH);
  expect(models.states().map(({ id, state }) => `${id} ${state}`)).toEqual([
    "anthropic/claude-sonnet-4-20250514 ok",
    "openai/gpt-4o ok",
  ]);
  expect(catalogOf(WISH, false).states()).toEqual([]);
});
