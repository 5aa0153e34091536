import { expect, test } from "bun:test";
import { ownTools } from "../../src/tools/index.ts";
import { problemOf } from "../../src/tools/check-params.ts";
import guide from "../guide/tool-calls.json";

/** Only what is declared is looked at. */
const tools = ownTools({} as Parameters<typeof ownTools>[0]);

test.each(guide.map((call) => [JSON.stringify(call.params), call] as const))(
  "the guide's call is taken as printed: %s",
  (_shown, { tool, params }) => {
    const declared = tools.find(({ name }) => name === tool);
    expect(declared?.name).toBe(tool);
    expect(problemOf(params, declared?.parameters ?? {})).toBeUndefined();
  },
);

/** Beside those of the guide. */
const FURTHER = ["delegate", "sessions_send"];

test("every tool of the guide is there, and each says what it is for", () => {
  const known = [...guide.map(({ tool }) => tool), ...FURTHER];
  expect(new Set(tools.map(({ name }) => name))).toEqual(new Set(known));
  for (const { description } of tools) expect(description.length).toBeGreaterThan(40);
});

test("an agent is told how not to repeat itself", () => {
  for (const name of ["send_message", "send_media"]) {
    expect(tools.find((tool) => tool.name === name)?.description).toContain("NO_REPLY");
  }
});
