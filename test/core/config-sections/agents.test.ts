import { describe, expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

describe("agents", () => {
  test("OpenClaw's spelling is understood, and comes out as ours", () => {
    const { config, warnings } = load({
      agents: {
        list: [{ id: "a" }],
        bindings: [
          {
            agentId: "a",
            match: {
              channel: "telegram",
              accountId: "work",
              guildId: 5,
              peer: { kind: "direct", id: 7 },
              roles: [1],
            },
          },
          { agent: "a", match: { accountId: "*", teamId: "t" } },
        ],
      },
    });
    expect(warnings).toEqual([]);
    expect(config.agents.bindings).toEqual([
      {
        agent: "a",
        match: {
          channel: "telegram",
          account: "work",
          guild: "5",
          peer: { kind: "dm", id: "7" },
          roles: ["1"],
        },
      },
      { agent: "a", match: { account: undefined, guild: "t", roles: [] } },
    ]);
  });

  test("paths start at the file, as everywhere", () => {
    const [entry] = load({ agents: { list: [{ id: "a", workspace: "./w", skills: ["~/s"] }] } }).config.agents
      .list;
    expect(entry?.workspace).toMatch(/^\/.*\/w$/);
    expect(entry?.skills[0]).toMatch(/^\/.*\/s$/);
  });

  test.each<[object, string]>([
    [{ list: [{ id: "a" }, { id: "a" }] }, "another agent has this id already"],
    [{ list: [{ id: "a:b" }] }, "expected a name of letters"],
    [
      {
        list: [
          { id: "a", default: true },
          { id: "b", default: true },
        ],
      },
      'only one agent can be the default, and "a" is',
    ],
    [{ list: [{}] }, "agents.list[0].id"],
    [{ bindings: [{ match: {} }] }, "it names the agent that answers"],
    [
      { bindings: [{ agent: "a", match: { peer: { kind: "crowd", id: "1" } } }] },
      "agents.bindings[0].match.peer.kind",
    ],
  ])("%j is refused with what was expected", (agents, said) => {
    expect(problemsIn({ agents }).join("\n")).toContain(said);
  });

  test("a key in the wrong place is pointed to the right one", () => {
    expect(load({ bindings: [] }).warnings.join()).toContain("did you mean agents.bindings?");
    expect(load({ agents: { lst: [] } }).warnings.join()).toContain('did you mean "list"?');
  });
});

test("roles come before the agent's own unless they replace them", () => {
  const { roles } = load({ roles: { capabilities: { mentor: { skills: ["/m"] } } } }).config;
  expect(roles).toEqual({
    mergeMode: "append",
    capabilities: { mentor: { skills: ["/m"], extensions: [], promptTemplates: [] } },
  });
});
