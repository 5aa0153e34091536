import { describe, expect, test } from "bun:test";
import { chooseModel, DEMO_MODEL, nameOf, resolveModel } from "../../src/core/model-choice.ts";
import type { WireModel } from "../../src/core/rpc-protocol.ts";

const models = (...names: string[]): WireModel[] =>
  names.map((name) => ({
    provider: name.slice(0, name.indexOf("/")),
    id: name.slice(name.indexOf("/") + 1),
    reasoning: true,
  }));

/** As pi 0.73.1 lists them, with credentials for several makers and two that pass models on. */
const LIST = models(
  "github-copilot/claude-sonnet-4",
  "github-copilot/claude-sonnet-4.5",
  "github-copilot/gpt-4o",
  "anthropic/claude-3-5-sonnet-20241022",
  "anthropic/claude-3-7-sonnet-20250219",
  "anthropic/claude-sonnet-4-20250514",
  "anthropic/claude-sonnet-4-5",
  "anthropic/claude-sonnet-4-5-20250929",
  "openai/gpt-4o",
  "openai/gpt-4o-2024-05-13",
  "openai/gpt-4o-2024-11-20",
  "openai/gpt-4o-mini",
  "openai/gpt-5",
  "openrouter/anthropic/claude-sonnet-4",
  "google/gemini-1.5-pro",
  "google/gemini-2.5-pro",
  "google/gemini-2.5-flash",
  "google/gemini-3-pro-preview",
  "amazon-bedrock/us.anthropic.claude-opus-4-20250514-v1:0",
  "ollama/qwen3:8b",
);
const resolved = (name: string, among: readonly WireModel[] = LIST) => {
  const model = resolveModel(name, among);
  return model && nameOf(model);
};

describe("a name in the configuration", () => {
  test("is a model of its own maker first, then of whoever passes it on", () => {
    expect(resolved("claude-sonnet-4")).toBe("anthropic/claude-sonnet-4-20250514");
    expect(resolved("gpt-4o")).toBe("openai/gpt-4o");
    const passedOn = LIST.filter(
      ({ provider }) => provider === "github-copilot" || provider === "openrouter",
    );
    expect(resolved("claude-sonnet-4", passedOn)).toBe("github-copilot/claude-sonnet-4");
  });

  test("without a version is the newest that is no preview", () => {
    expect(resolved("gemini-pro")).toBe("google/gemini-2.5-pro");
    expect(resolved("gemini-pro", models("google/gemini-3-pro-preview"))).toBe("google/gemini-3-pro-preview");
  });

  test("with a version never means another version", () => {
    expect(resolved("claude-sonnet-4", models("anthropic/claude-3-7-sonnet-20250219"))).toBeUndefined();
    expect(resolved("gpt-4o", models("openai/gpt-4o-mini", "openai/gpt-5"))).toBeUndefined();
  });

  test("is taken as it is when it is exact", () => {
    for (const name of [
      "openai/gpt-4o-2024-05-13",
      "ollama/qwen3:8b",
      "openrouter/anthropic/claude-sonnet-4",
    ]) {
      expect(resolved(name)).toBe(name);
    }
    expect(resolved("anthropic/claude-sonnet-4")).toBe("anthropic/claude-sonnet-4-20250514");
    expect(resolved("github-copilot/claude-sonnet-4-5")).toBe("github-copilot/claude-sonnet-4.5");
    expect(resolved("qwen3:8b")).toBe("ollama/qwen3:8b");
  });

  test("prefers an alias to a date, and the newest date", () => {
    expect(resolved("claude-sonnet-4-5")).toBe("anthropic/claude-sonnet-4-5");
    const dated = models("openai/gpt-4o-2024-05-13", "openai/gpt-4o-2024-11-20");
    expect(resolved("gpt-4o", dated)).toBe("openai/gpt-4o-2024-11-20");
  });

  test("finds Amazon's form of it", () => {
    expect(resolved("claude-opus-4")).toBe("amazon-bedrock/us.anthropic.claude-opus-4-20250514-v1:0");
  });

  test("that nobody offers is none", () => {
    expect(resolved("claude-opus-9")).toBeUndefined();
    expect(resolved("no-such-model")).toBeUndefined();
    expect(resolved("", LIST)).toBeUndefined();
  });
});

describe("the model that answers", () => {
  const available = [...LIST, DEMO_MODEL];

  test("is the first wanted one that can be used, and the others are named", () => {
    const wanted = ["grok-9", "gpt-4o", "claude-sonnet-4"];
    const choice = chooseModel({ wanted }, available, undefined);
    expect(choice.inUse).toEqual({ id: "openai/gpt-4o", isDemo: false });
    expect(choice.findings).toContainEqual(
      expect.objectContaining({ level: "warning", text: expect.stringContaining("grok-9") }),
    );
  });

  test("is pi's own default when nothing is configured", () => {
    const current = { provider: "google", id: "gemini-2.5-pro" };
    expect(chooseModel({ wanted: [] }, available, current).inUse.id).toBe("google/gemini-2.5-pro");
  });

  test("is a real one when pi's default has no credentials, or is the demo", () => {
    const current = { provider: "xai", id: "grok-4" };
    expect(chooseModel({ wanted: [] }, available, current).inUse.id).toBe("github-copilot/claude-sonnet-4");
    expect(chooseModel({ wanted: [] }, available, DEMO_MODEL).inUse.isDemo).toBe(false);
  });

  test("is the demo when there is no other, and says how to change that", () => {
    const choice = chooseModel({ wanted: [] }, [DEMO_MODEL], DEMO_MODEL);
    expect(choice.inUse).toEqual({ id: "pi-gateway/demo", isDemo: true });
    expect(choice.findings.at(-1)?.fix).toContain("agent.model");
  });

  test("is the demo, and not somebody else's bill, when none that is configured can be used", () => {
    const choice = chooseModel({ wanted: ["grok-9"] }, available, LIST[0]);
    expect(choice.inUse.isDemo).toBe(true);
  });

  test("thinks as far as it can, and a level beyond that is noticed", () => {
    const [plain] = models("a/plain");
    const levels = (model: WireModel, thinkingLevel: string) =>
      chooseModel({ wanted: [nameOf(model)], thinkingLevel }, [model], undefined).findings.filter(
        ({ subject }) => subject === "thinkingLevel",
      ).length;
    expect(levels({ ...plain!, reasoning: false }, "high")).toBe(1);
    expect(levels({ ...plain!, reasoning: false }, "off")).toBe(0);
    expect(levels(plain!, "high")).toBe(0);
    expect(levels(plain!, "xhigh")).toBe(1);
    expect(levels({ ...plain!, thinkingLevelMap: { xhigh: "max" } }, "xhigh")).toBe(0);
  });
});
