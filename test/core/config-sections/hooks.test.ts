import { describe, expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();
const mapping = (one: object, name = "x") => ({ hooks: { enabled: true, mappings: { [name]: one } } });

describe("webhooks", () => {
  test("are off, and live under /hooks unless another path is named", () => {
    expect(load({}).config.hooks).toMatchObject({ enabled: false, path: "/hooks", allowedSessions: [] });
    expect(load({ hooks: { enabled: true, path: "/in" } }).config.hooks.path).toBe("/in");
    expect(problemsIn({ hooks: { path: "hooks" } })[0]).toContain("expected a path such as /hooks");
  });

  test("that are named show their text, their target and their names wrong before anything comes in", () => {
    expect(problemsIn(mapping({ message: "Push to {{a b}}" }))[0]).toContain('"a b" is no path');
    expect(problemsIn(mapping({ session: "issue-{{}}" }))[0]).toContain("is no path");
    expect(problemsIn(mapping({ when: { "a..b": 1 } }))[0]).toContain("is no path");
    expect(problemsIn(mapping({ to: "nowhere" }))[0]).toContain("expected a target");
    expect(problemsIn(mapping({}, "a/b"))[0]).toContain("expected a name of letters");
    expect(problemsIn(mapping({}, "wake"))[0]).toContain("has a meaning of its own");
  });

  test("that are signed need no token besides", () => {
    const signature = { scheme: "github", secret: "s" };
    expect(problemsIn(mapping({ signature, token: "t" }))[0]).toContain("is not needed beside");
    const { mappings } = load(mapping({ signature })).config.hooks;
    expect(mappings["x"]).toMatchObject({
      enabled: true,
      action: "agent",
      deliver: true,
      signature: { scheme: "github", toleranceSeconds: 300 },
    });
  });
});
