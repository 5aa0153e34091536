import { expect, test } from "bun:test";
import { AgentError, ModelError } from "../../src/core/errors.ts";
import { ModelFailover } from "../../src/core/model-failover.ts";
import { SessionModels } from "../../src/core/session-models.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const settings = { fallbacks: [], maxRetries: 2, cooldownMs: 1000, silenceMs: 0, leavesPinned: false };
const available = [
  { provider: "a", id: "one", contextWindow: 100 },
  { provider: "b", id: "two" },
  { provider: "pi-gateway", id: "demo" },
];

function modelsOf(setModel: (name: string) => Promise<void>, chain = ["a/one", "b/two"]) {
  const failover = new ModelFailover({ settings: () => settings, clock: new FakeClock(), log: silentLogger });
  const redact = (text: string) => text.replaceAll("secret", "…");
  return new SessionModels({ turn: failover.begin({ chain }), available, setModel, redact });
}

const refuses =
  (...names: string[]) =>
  async (name: string) => {
    if (names.includes(name)) throw new AgentError("refused", `No API key for ${name}, secret`);
  };

test("a model that pi does not take is followed by the next one, before anything was asked", async () => {
  const models = modelsOf(refuses("a/one"));
  expect(models.inUse).toEqual({ id: "a/one", isDemo: false, contextWindow: 100 });
  await models.settle();
  expect(models.inUse).toEqual({ id: "b/two", isDemo: false });
});

test("if pi takes none, the error says what was tried, without secrets", async () => {
  const error = await modelsOf(refuses("a/one", "b/two"))
    .settle()
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({
    code: "model-failed",
    tried: [
      { model: "a/one", said: "No API key for a/one, …" },
      { model: "b/two", said: "No API key for b/two, …" },
    ],
  });
});

test("a pi that dies meanwhile is no fault of the model", () => {
  const died = new AgentError("process-died", "gone", { retry: "now" });
  expect(modelsOf(() => Promise.reject(died)).settle()).rejects.toBe(died);
});

test("the demo is known as such", () => {
  expect(modelsOf(refuses(), ["pi-gateway/demo"]).inUse.isDemo).toBe(true);
});
