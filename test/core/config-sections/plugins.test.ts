import { expect, test } from "bun:test";
import { join } from "node:path";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("a plugin may be written as a path alone, and what it is not said is as it comes", () => {
  const [plugin] = load({ plugins: ["./p.ts"] }).config.plugins.entries;
  expect(plugin).toMatchObject({ enabled: true });
  expect(plugin?.path).toEndWith(join("/", "p.ts"));
});

test("an entry that is neither a path nor an object with one is refused with its place", () => {
  expect(problemsIn({ plugins: [7] })[0]).toContain("plugins[0]");
  expect(problemsIn({ plugins: [{ options: {} }] })[0]).toContain("plugins[0]");
  expect(problemsIn({ plugins: { entries: [], hookTimeoutMs: -1 } })[0]).toContain("plugins.hookTimeoutMs");
});
