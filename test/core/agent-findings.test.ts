import { expect, test } from "bun:test";
import { agentFindings } from "../../src/core/agent-findings.ts";
import { configSchema } from "../../src/core/config-schema.ts";

const findingsIn = async (content: object) =>
  (await agentFindings(configSchema({}).parse(content))).map(
    ({ level, subject, text }) => `${level} ${subject}: ${text}`,
  );

test("nothing is found where nothing is missing", async () => {
  expect(await findingsIn({})).toEqual([]);
  expect(
    await findingsIn({
      agents: { list: [{ id: "a", role: "r" }], default: "a", bindings: [{ agent: "r", match: {} }] },
      roles: { capabilities: { r: { skills: ["/"] } } },
      channels: { x: { groups: { "1": { role: "r" } } } },
    }),
  ).toEqual([]);
});

test("agents, roles and paths that are named and not there are findings, never a crash", async () => {
  expect(
    await findingsIn({
      agent: { skillsBase: ["/no/base"] },
      agents: {
        list: [{ id: "a", role: "x", skills: ["/no/own"] }],
        default: "b",
        bindings: [{ agent: "c", role: "y", match: {} }],
      },
      roles: { capabilities: { r: { extensions: ["/no/ext"] } } },
      channels: { chat: { groups: { "-1": { role: "z", topics: { "5": { role: "r" } } } } } },
    }),
  ).toEqual([
    'warning agents.default: there is no agent "b", so main is the default',
    'warning agents.bindings[0]: there is no agent "c": the binding is passed over',
    'warning agents.list[0].role: the role "x" has no entry in roles.capabilities: nothing comes with it',
    'warning agents.bindings[0].role: the role "y" has no entry in roles.capabilities: nothing comes with it',
    'note channels.chat.groups["-1"].role: the role "z" has no entry in roles.capabilities: nothing comes with it',
    "warning agent.skillsBase: /no/base does not exist and is left out",
    "warning agents.list[0].skills: /no/own does not exist and is left out",
    "warning roles.capabilities.r.extensions: /no/ext does not exist and is left out",
  ]);
});

test("an account cannot be two people's", async () => {
  const identityLinks = { alice: ["telegram:1", "discord:2"], bob: ["telegram:1"] };
  expect(await findingsIn({ session: { identityLinks } })).toEqual([
    "warning session.identityLinks: telegram:1 belongs to alice and to bob: it counts as alice's",
  ]);
});
