import { expect, test } from "bun:test";
import { agentIds, isAgent, isRoleAsAgent, ownRole, workspaceOf } from "../../src/core/agent-list.ts";
import { configSchema } from "../../src/core/config-schema.ts";

const config = configSchema({}).parse({
  agent: { workspace: "/common" },
  agents: {
    list: [
      { id: "helper", workspace: "/helper" },
      { id: "coach", role: "mentor" },
    ],
  },
  roles: { capabilities: { mentor: {}, helper: {} } },
});

test("there are main, those of the list, and every role", () => {
  expect(agentIds(config)).toEqual(["main", "helper", "coach", "mentor"]);
  expect(agentIds(configSchema({}).parse({}))).toEqual(["main"]);
  for (const id of agentIds(config)) expect(isAgent(config, id)).toBe(true);
  for (const id of ["ghost", "toString", ""]) expect(isAgent(config, id)).toBe(false);
});

test("a role is used as an agent only where no agent has its name", () => {
  expect(agentIds(config).filter((id) => isRoleAsAgent(config, id))).toEqual(["mentor"]);
  expect(["main", "helper", "coach", "mentor"].map((id) => ownRole(config, id))).toEqual([
    undefined,
    "helper",
    "mentor",
    "mentor",
  ]);
});

test("an agent works in its own folder, else in the common one", () => {
  expect(workspaceOf(config, "helper", "/default")).toBe("/helper");
  expect(workspaceOf(config, "main", "/default")).toBe("/common");
  expect(workspaceOf(configSchema({}).parse({}), "main", "/default")).toBe("/default");
});
