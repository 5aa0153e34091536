import { expect, test } from "bun:test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configSchema } from "../../src/core/config-schema.ts";
import { LaunchProfiles, wantedModels } from "../../src/core/launch-profile.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { FAUX_MODEL, OWN_PI, PiWorld, type WorldOptions } from "../fakes/pi-world.ts";

const worldOf = (options: WorldOptions = {}) =>
  PiWorld.make({ ...options, agent: { piCliPath: OWN_PI, ...options.agent } });

/** What follows each `flag` in the arguments. */
const valuesOf = (command: readonly string[], flag: string) =>
  command.flatMap((part, at) => (command[at - 1] === flag ? [part] : []));

async function make(world: PiWorld, ...names: string[]): Promise<string[]> {
  const paths = names.map((name) => join(world.root, name));
  for (const path of paths) {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "");
  }
  return paths;
}

test("skills, extensions, templates and the prompt go in the guide's order", async () => {
  await using world = await worldOf();
  const [base, gateway, role, extension, roleExtension, template, roleTemplate, prompt] = await make(
    world,
    "base",
    "gateway",
    "role",
    "ext.ts",
    "role-ext.ts",
    "t.md",
    "role-t.md",
    "APPEND.md",
  );
  const agent = {
    piCliPath: OWN_PI,
    skillsBase: [base],
    skillsGateway: [gateway],
    extensions: [extension],
    promptTemplates: [template],
    appendSystemPrompt: prompt,
  };
  const mentor = { skills: [role], extensions: [roleExtension], promptTemplates: [roleTemplate] };
  world.configure({ agent, roles: { capabilities: { mentor } } });
  const { launch, resources } = await world.profiles.of({ role: "mentor" });
  expect(resources.skills).toEqual([role!, gateway!, base!]);
  expect(valuesOf(launch.command, "-e").slice(-2)).toEqual([roleExtension!, extension!]);
  expect(resources.promptTemplates).toEqual([roleTemplate!, template!]);
  expect(valuesOf(launch.command, "--append-system-prompt")).toEqual([prompt!]);
  expect((await world.profiles.of()).resources.skills).toEqual([gateway!, base!]);

  world.configure({ agent, roles: { mergeMode: "replace", capabilities: { mentor } } });
  world.profiles.forget();
  const instead = await world.profiles.of({ role: "mentor" });
  expect(instead.resources.skills).toEqual([role!]);
  expect(valuesOf(instead.launch.command, "-e").slice(-1)).toEqual([roleExtension!]);
});

test("an agent of the list has its own folder, prompt, extensions and skills, before those of all", async () => {
  await using world = await worldOf();
  const [base, own, ext, ownExt, prompt, ownPrompt] = await make(
    world,
    "base",
    "own",
    "e.ts",
    "o.ts",
    "A.md",
    "O.md",
  );
  const workspace = join(world.root, "helper's work");
  const agent = { piCliPath: OWN_PI, skillsBase: [base], extensions: [ext], appendSystemPrompt: prompt };
  const entry = { skills: [own], extensions: [ownExt], appendSystemPrompt: ownPrompt, workspace };
  world.configure({ agent, agents: { list: [{ id: "helper", ...entry }] } });
  const { launch, resources } = await world.profiles.of({ agent: "helper" });
  expect(launch.cwd).toBe(workspace);
  expect(resources.skills).toEqual([own!, base!]);
  expect(valuesOf(launch.command, "-e").slice(-2)).toEqual([ownExt!, ext!]);
  expect(valuesOf(launch.command, "--append-system-prompt")).toEqual([ownPrompt!]);
  const plain = await world.profiles.of({ agent: "main" });
  expect(plain.launch.cwd).toBe(world.layout.workspace);
  expect(plain.resources.skills).toEqual([base!]);
});

test("what differs per session needs no process of its own; what cannot does", async () => {
  await using world = await worldOf();
  const [skill, template, extension] = await make(world, "skill", "t.md", "e.ts");
  world.configure({
    agent: { piCliPath: OWN_PI, model: "gpt-4o" },
    roles: {
      capabilities: {
        a: { skills: [skill], promptTemplates: [template] },
        b: { extensions: [extension] },
      },
    },
    agents: {
      list: [
        { id: "quick", model: "gpt-4o-mini", thinkingLevel: "low" },
        { id: "far", workspace: world.root },
      ],
    },
  });
  const of = async (worker: object) => (await world.profiles.of(worker)).fingerprint;
  const plain = await of({});
  expect(await of({ role: "a" })).toBe(plain);
  expect(await of({ agent: "quick" })).toBe(plain);
  expect(await of({ role: "b" })).not.toBe(plain);
  expect(await of({ agent: "far" })).not.toBe(plain);
  const { wish } = await world.profiles.of({ agent: "quick" });
  expect(wish).toEqual({ wanted: ["gpt-4o-mini"], thinkingLevel: "low" });
});

test("who works when nobody is named is the default agent, in its role", async () => {
  await using world = await worldOf();
  const [skill] = await make(world, "skill");
  world.configure({
    agent: { piCliPath: OWN_PI },
    agents: { list: [{ id: "helper", default: true, role: "mentor" }] },
    roles: { capabilities: { mentor: { skills: [skill] } } },
  });
  expect((await world.profiles.of()).resources.skills).toEqual([skill!]);
});

test("a path that is not there is left out, because pi would die of it", async () => {
  await using world = await worldOf({
    agent: {
      extensions: ["/no/ext.ts", FAUX_MODEL, FAUX_MODEL],
      skillsBase: ["/no/skills"],
      appendSystemPrompt: "/no/A.md",
    },
  });
  const { launch, resources } = await world.profiles.of();
  expect(valuesOf(launch.command, "-e").filter((path) => path === FAUX_MODEL)).toHaveLength(1);
  expect(launch.command.join(" ")).not.toContain("/no/");
  expect(resources.skills).toEqual([]);
});

test("pi and its tools see our environment without the secrets that are not theirs", async () => {
  await using world = await worldOf({
    env: {
      ANTHROPIC_API_KEY: "for pi",
      CHAT_TOKEN: "for a channel",
      PI_GATEWAY_TOKEN: "for our doors",
      PI_GATEWAY_FAILPOINT: "x",
      PI_GATEWAY_BOOT: "of another gateway",
      PI_GATEWAY_CONFIG: "/etc/pi-gateway.jsonc",
    },
    hiddenVariables: ["CHAT_TOKEN"],
  });
  const { env } = (await world.profiles.of()).launch;
  expect(env).toMatchObject({
    ANTHROPIC_API_KEY: "for pi",
    PI_GATEWAY_CONFIG: "/etc/pi-gateway.jsonc",
    PI_OFFLINE: "1",
  });
  for (const name of ["CHAT_TOKEN", "PI_GATEWAY_TOKEN", "PI_GATEWAY_FAILPOINT", "PI_GATEWAY_BOOT"]) {
    expect(env).not.toHaveProperty(name);
  }
});

test("pi works in the workspace, on its own view of the person's folder", async () => {
  await using world = await worldOf();
  const { launch } = await world.profiles.of();
  expect(launch.cwd).toBe(world.layout.workspace);
  expect(launch.env["PI_CODING_AGENT_DIR"]).toBe(join(world.layout.runtime, "agent"));
  expect(await readdir(world.home)).toEqual([]);
});

test("a folder of its own is pi's when the configuration says so", async () => {
  await using world = await worldOf();
  const agentDir = join(world.root, "own-agent");
  world.configure({
    agent: { piCliPath: OWN_PI, runtime: { agentDir }, workspace: join(world.root, "work") },
  });
  const { launch } = await world.profiles.of();
  expect(launch.env["PI_CODING_AGENT_DIR"]).toBe(agentDir);
  expect(launch.cwd).toBe(join(world.root, "work"));
});

test("the person's folder may be elsewhere: PI_CODING_AGENT_DIR of our own environment is honoured", async () => {
  await using world = await worldOf({ env: { PI_CODING_AGENT_DIR: "~/other-agent" } });
  await mkdir(join(world.home, "other-agent"), { recursive: true });
  await writeFile(join(world.home, "other-agent/models.json"), '{"here":1}');
  const { launch } = await world.profiles.of();
  expect(await readFile(join(launch.env["PI_CODING_AGENT_DIR"]!, "models.json"), "utf8")).toBe('{"here":1}');
});

test("a package folder without pi's manifest is passed over, because pi dies of it", async () => {
  await using world = await worldOf();
  const packageDir = join(world.root, "package");
  const look = async () => {
    world.configure({ agent: { piCliPath: OWN_PI, runtime: { packageDir } } });
    world.profiles.forget();
    return world.profiles.of();
  };
  const without = await look();
  expect(without.launch.env).not.toHaveProperty("PI_PACKAGE_DIR");
  expect(without.findings.map(({ subject }) => subject)).toEqual(["agent.runtime.packageDir"]);
  await make(world, "package/package.json");
  expect((await look()).launch.env["PI_PACKAGE_DIR"]).toBe(packageDir);
});

test("processes are alike as long as nothing that pi reads at its start has changed", async () => {
  await using world = await worldOf();
  const look = async () => {
    world.profiles.forget();
    return (await world.profiles.of()).fingerprint;
  };
  const first = await look();
  expect(await look()).toBe(first);
  await make(world, "home/.pi/agent/auth.json");
  const afterLogin = await look();
  expect(afterLogin).not.toBe(first);
  world.configure({ agent: { piCliPath: OWN_PI, model: "gpt-4o" } });
  const otherModel = await look();
  expect(otherModel).not.toBe(afterLogin);
  world.configure({ agent: { piCliPath: OWN_PI, model: "gpt-4o", thinkingLevel: "high" } });
  expect(await look()).not.toBe(otherModel);
});

test("a level of thinking that an old pi does not know becomes its highest", async () => {
  await using world = await worldOf({ agent: { thinkingLevel: "max" } });
  expect(valuesOf((await world.profiles.of()).launch.command, "--thinking")).toEqual(["xhigh"]);
});

test("the prompt cache is set as it is configured", async () => {
  await using world = await worldOf({ agent: { promptCache: "long" } });
  expect((await world.profiles.of()).launch.env["PI_CACHE_RETENTION"]).toBe("long");
});

test("the models to try are the configured one, then the list, each once", () => {
  const failover = { primary: "a", fallbacks: ["b", "a", "c"], maxRetries: 2, cooldownMs: 1 };
  const agentOf = (more: object) => ({ ...configured, ...more });
  expect(wantedModels(agentOf({}))).toEqual([]);
  expect(wantedModels(agentOf({ model: "b" }))).toEqual(["b"]);
  expect(wantedModels(agentOf({ model: "b", modelFailover: failover }))).toEqual(["b", "a", "c"]);
});

const configured = configSchema({}).parse({}).agent;

test("what is looked up on the disk is looked up again after a moment", async () => {
  await using world = await worldOf();
  const clock = new FakeClock();
  const profiles = new LaunchProfiles({
    config: () => world.config,
    layout: world.layout,
    bridge: world.bridge,
    hiddenVariables: () => [],
    clock,
    env: { HOME: world.home },
  });
  const before = profiles.of();
  expect(profiles.of()).toBe(before);
  clock.jump(1000);
  const after = profiles.of();
  expect(after).not.toBe(before);
  await Promise.all([before, after]);
});
