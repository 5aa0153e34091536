import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentFindings } from "../src/core/agent-findings.ts";
import { configs } from "./core/config-of.ts";

const { load } = configs();
const text = readFileSync(join(import.meta.dir, "../docs/agents.md"), "utf8");
const examples = [...text.matchAll(/```jsonc\n(.*?)```/gs)].map(([, example = ""]) => example);

test("every configuration in docs/agents.md means something, and names nobody who is not there", async () => {
  expect(examples.length).toBeGreaterThan(3);
  for (const example of examples) {
    const { config, warnings } = load(example);
    expect(warnings).toEqual([]);
    const named = (await agentFindings(config)).filter(({ text: said }) => !said.includes("does not exist"));
    expect(named).toEqual([]);
  }
});
