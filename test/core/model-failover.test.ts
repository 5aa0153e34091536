import { describe, expect, test } from "bun:test";
import { ModelFailover, type NextStep } from "../../src/core/model-failover.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const SETTINGS = {
  fallbacks: [],
  maxRetries: 2,
  cooldownMs: 60_000,
  silenceMs: 120_000,
  leavesPinned: false,
};
const CHAIN = ["a/one", "b/two", "c/three"];

function failoverOf(settings: Partial<typeof SETTINGS> = {}) {
  const clock = new FakeClock();
  const failover = new ModelFailover({
    settings: () => ({ ...SETTINGS, ...settings }),
    clock,
    log: silentLogger,
  });
  return { clock, failover, turn: (pinned?: string) => failover.begin({ chain: CHAIN, pinned }) };
}

const said = (step: NextStep) => (step.do === "switch" ? step.model : step.do);

describe("within a turn", () => {
  test("a model has its tries with what may pass, then the next one is asked", () => {
    const { turn } = failoverOf();
    const models = turn();
    expect(models.current).toBe("a/one");
    expect(models.failed("a/one", "429 slow down")).toEqual({ do: "again", pauseMs: 1000 });
    expect(said(models.failed("a/one", "429 slow down"))).toBe("b/two");
    expect(models.current).toBe("b/two");
    // Each model has tries of its own.
    expect(said(models.failed("b/two", "503"))).toBe("again");
  });

  test("what does not pass by itself is not tried again: key, login, access, plan", () => {
    for (const error of ["401 Incorrect API key", "403 Forbidden", "insufficient_quota"]) {
      expect(said(failoverOf().turn().failed("a/one", error))).toBe("b/two");
    }
  });

  test("a request that any model would refuse goes to no other, and no model rests for it", () => {
    const { failover, turn } = failoverOf();
    expect(said(turn().failed("a/one", "400 Invalid value"))).toBe("give-up");
    expect(said(turn().failed("a/one", "prompt is too long: 3 tokens > 2 maximum"))).toBe("give-up");
    expect(failover.stateOf("a/one")).toEqual({ id: "a/one", state: "ok" });
  });

  test("when all have failed it is over, and all of them have a last word", () => {
    const models = failoverOf({ maxRetries: 1 }).turn();
    const steps = CHAIN.map((model) => said(models.failed(model, `500 of ${model}`)));
    expect(steps).toEqual(["b/two", "c/three", "give-up"]);
    expect(models.tried).toEqual(CHAIN.map((model) => ({ model, said: `500 of ${model}` })));
  });

  test("no tries at all are one, as without a first try there is no answer", () => {
    expect(said(failoverOf({ maxRetries: 0 }).turn().failed("a/one", "500"))).toBe("b/two");
  });

  test("a late failure of a model that is not asked any more changes nothing", () => {
    const models = failoverOf({ maxRetries: 1 }).turn();
    models.failed("a/one", "500");
    expect(said(models.failed("a/one", "500"))).toBe("again");
    expect(models.current).toBe("b/two");
  });
});

describe("across turns", () => {
  test("a model that failed is passed over by turns that begin, and used again afterwards", () => {
    const { clock, failover, turn } = failoverOf({ maxRetries: 1 });
    turn().failed("a/one", "500 broken");
    expect(turn().current).toBe("b/two");
    const state = { state: "cooling", untilMs: clock.now() + 60_000 };
    expect(failover.stateOf("a/one")).toMatchObject({
      ...state,
      lastError: { said: "500 broken", kind: "retryable" },
    });
    clock.jump(59_999);
    expect(turn().current).toBe("b/two");
    clock.jump(1);
    expect(turn().current).toBe("a/one");
    expect(failover.stateOf("a/one").state).toBe("ok");
  });

  test("if all rest, the one that is ready first is asked anyway", () => {
    const { clock, failover, turn } = failoverOf();
    for (const model of ["b/two", "c/three", "a/one"]) {
      failover.rest(model);
      clock.jump(10);
    }
    expect(turn().current).toBe("b/two");
  });

  test("a turn goes on with a model that rests before it gives up", () => {
    const { turn } = failoverOf({ maxRetries: 1 });
    const other = turn();
    other.failed("a/one", "500");
    other.failed("b/two", "500");
    // Begins with the third one, the only one that does not rest.
    const models = turn();
    expect(models.current).toBe("c/three");
    expect(said(models.failed("c/three", "500"))).toBe("a/one");
  });

  test("an answer takes the blame away, but wakes nobody whom another turn has sent to rest", () => {
    const { clock, failover, turn } = failoverOf();
    turn().failed("a/one", "429");
    expect(failover.stateOf("a/one")).toMatchObject({ state: "ok", lastError: { said: "429" } });
    turn().answered("a/one");
    expect(failover.stateOf("a/one")).toEqual({ id: "a/one", state: "ok" });
    turn().failed("a/one", "401 no");
    turn().answered("a/one");
    expect(failover.stateOf("a/one").state).toBe("cooling");
    clock.jump(60_000);
    turn().answered("a/one");
    expect(failover.states(CHAIN)).toEqual(CHAIN.map((id) => ({ id, state: "ok" })));
  });

  test("without the section nothing rests and nobody else is asked", () => {
    const failover = new ModelFailover({
      settings: () => undefined,
      clock: new FakeClock(),
      log: silentLogger,
    });
    const models = failover.begin({ chain: ["a/one"] });
    expect([models.hasNext, models.silenceMs]).toEqual([false, Number.POSITIVE_INFINITY]);
    expect(said(models.failed("a/one", "500"))).toBe("give-up");
    expect(failover.stateOf("a/one").state).toBe("ok");
  });
});

describe("a model that a person chose for a conversation", () => {
  test("is asked although it rests, and nobody answers in its name", () => {
    const { turn } = failoverOf({ maxRetries: 1 });
    turn().failed("a/one", "500");
    const models = turn("a/one");
    expect([models.current, models.hasNext, models.pinned]).toEqual(["a/one", false, "a/one"]);
    expect(said(models.failed("a/one", "500"))).toBe("give-up");
  });

  test("is followed by the others where the configuration says so", () => {
    const { turn } = failoverOf({ maxRetries: 1, leavesPinned: true });
    const models = turn("b/two");
    expect(models.current).toBe("b/two");
    expect(said(models.failed("b/two", "500"))).toBe("a/one");
    expect(said(models.failed("a/one", "500"))).toBe("c/three");
    // Then it rests like any other.
    expect(turn("b/two").current).toBe("c/three");
  });
});
