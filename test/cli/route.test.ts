import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "./cli-world.ts";

/** What stands behind each word of the answer. */
const factsIn = (out: string) =>
  Object.fromEntries(
    out.split("\n").flatMap((line) => {
      const found = /^ {2}(\w+) {2,}(.+)$/.exec(line);
      return found ? [[found[1] ?? "", found[2] ?? ""]] : [];
    }),
  );

const CONFIG = {
  agent: { model: "claude-sonnet-4", skillsBase: ["./base"], promptTemplates: ["./nowhere"] },
  agents: {
    list: [{ id: "helper", name: "The Helper", model: "gpt-4o", thinkingLevel: "low", workspace: "./work" }],
    bindings: [
      { agent: "helper", match: { channel: "discord", guild: "g1", roles: ["r1"] } },
      { agent: "mentor", match: { channel: "telegram", peer: { kind: "group", id: "-1001" } } },
    ],
  },
  roles: { capabilities: { mentor: { skills: ["./mentor"] } } },
  session: { identityLinks: { alice: ["telegram:7", "discord:8"] } },
  channels: {
    telegram: { botToken: "t", groups: { "42": { role: "assistant" } } },
    discord: {
      token: "t",
      guilds: { g2: { role: "assistant", channels: { c1: { role: "mentor" }, "*": {} } } },
    },
  },
};

async function worldWithAgents(): Promise<CliWorld> {
  const world = await CliWorld.make();
  await world.configure(CONFIG);
  for (const name of ["base", "mentor"]) await mkdir(join(world.home, name));
  return world;
}

test("without a running gateway: who answers, in which session, why, and what their pi gets", async () => {
  await using world = await worldWithAgents();
  const { code, out, err } = await world.run("route", "explain", "telegram:-1001:topic:5");
  expect({ code, err }).toEqual({ code: EXIT.ok, err: "" });
  expect(factsIn(out)).toMatchObject({
    agent: "mentor",
    role: "mentor",
    session: "agent:mentor:telegram:topic:-1001:5",
    model: "claude-sonnet-4",
    thinking: "pi's own default",
    workspace: join(world.home, ".pi/gateway/workspace"),
    skills: `${join(world.home, "mentor")} (roles.capabilities.mentor.skills)`,
    templates: `${join(world.home, "nowhere")} (agent.promptTemplates, does not exist: left out)`,
    extensions: "none of its own",
  });
  expect(out).toContain("exact peer: agents.bindings[1] for mentor no: the chat is -1001:5, not -1001");
  expect(out).toContain("parent peer: agents.bindings[1] for mentor fits");
  expect(out.indexOf("/mentor (")).toBeLessThan(out.indexOf("/base ("));
});

test("by the sender, the guild and the roles in it", async () => {
  await using world = await worldWithAgents();
  const roles = ["--guild", "g1", "--roles", "r0, r1"];
  const bound = await world.run("route", "explain", "discord:5", "--from", "9", ...roles);
  expect(factsIn(bound.out)).toMatchObject({
    agent: "helper (The Helper)",
    session: "agent:helper:discord:channel:5",
    model: "gpt-4o",
    thinking: "low",
    workspace: join(world.home, "work"),
  });
  const linked = await world.run("route", "explain", "discord:dm:55", "--from", "8");
  expect(factsIn(linked.out)["session"]).toBe("agent:main:dm:alice");
});

test("a role that a group has in its channel's section, however its id is written there", async () => {
  await using world = await worldWithAgents();
  for (const chat of ["-10042", "-42"]) {
    const { out } = await world.run("route", "explain", `telegram:${chat}`);
    expect(factsIn(out)).toMatchObject({ agent: "main", role: "assistant" });
  }
});

test("a role that a server or a channel of it has in Discord's section, once the server is named", async () => {
  await using world = await worldWithAgents();
  const roleIn = async (...asked: string[]) =>
    factsIn((await world.run("route", "explain", ...asked)).out)["role"];
  expect(await roleIn("discord:c1", "--guild", "g2")).toBe("mentor");
  expect(await roleIn("discord:c1:thread:t1", "--guild", "g2")).toBe("mentor");
  expect(await roleIn("discord:c2", "--guild", "g2")).toBe("assistant");
  expect(await roleIn("discord:dm:c1", "--guild", "g2")).toBe("none");
});

test("a session key names the agent too; one of nobody's, a shared one and a bad target are refused", async () => {
  await using world = await worldWithAgents();
  const named = await world.run("route", "explain", "agent:mentor:webchat:dm:alice");
  expect(factsIn(named.out)).toMatchObject({ agent: "mentor", session: "agent:mentor:webchat:dm:alice" });
  const ghost = await world.run("route", "explain", "agent:ghost:webchat:dm:alice");
  expect(ghost.code).toBe(EXIT.failed);
  expect(ghost.err).toContain('There is no agent "ghost". There are: main, helper, mentor.');
  expect((await world.run("route", "explain", "agent:main:main")).err).toContain("shared by several chats");
  expect((await world.run("route", "explain", "nonsense")).err).toContain("A target is");
});

test("doctor says who there is, and names what is missing once each", async () => {
  await using world = await CliWorld.make();
  await world.configure({
    ...CONFIG,
    agent: { piCliPath: "./no-pi", skillsBase: ["./no-base"], skillsGateway: ["./no-base"] },
    agents: { list: [{ id: "helper", role: "clown" }], bindings: [{ agent: "ghost", match: {} }] },
  });
  const { out } = await world.run("doctor");
  expect(out).toMatch(/ok +agents +main, helper, mentor; main gets what no binding takes/);
  expect(out).toMatch(
    /warning +agents\.bindings\[0\] +there is no agent "ghost".*\n +→ There are: main, helper/,
  );
  expect(out).toMatch(/warning +agents\.list\[0\]\.role +the role "clown"/);
  expect(out.match(/mentor does not exist and is left out/g)).toHaveLength(1);
  expect(out).toMatch(/warning +agent\.skillsBase +.*no-base does not exist/);
  expect(out).toMatch(/note +channels\.telegram\.groups\["42"\]\.role +the role "assistant"/);
}, 30_000);
