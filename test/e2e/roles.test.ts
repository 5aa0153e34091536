import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FAUX_MODEL, newerPi, OWN_PI, PiWorld, answerIn } from "../fakes/pi-world.ts";

// Real processes on a machine that others use too.
setDefaultTimeout(60_000);

const PIS = [
  { version: "0.73.1", script: OWN_PI },
  { version: "0.87.1", script: newerPi() },
];

/** A skill in a folder of its own under `folder`. */
async function skill(folder: string, name: string, description: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  await writeFile(
    join(path, "SKILL.md"),
    `---\nname: ${name}\ndescription: ${description}\n---\n${description}\n`,
  );
  return path;
}

async function template(file: string, text: string): Promise<string> {
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** One process for everybody, with roles, agents, and a person who has skills of their own. */
async function worldOn(script: string): Promise<PiWorld> {
  const world = await PiWorld.make();
  const at = (...names: string[]) => join(world.root, ...names);
  await skill(at("home/.pi/agent/skills"), "review", "REVIEW-OF-THE-PERSON");
  await skill(at("home/.pi/agent/skills"), "tidy", "TIDY-OF-THE-PERSON");
  await template(at("home/.pi/agent/prompts/greet.md"), "greeting of the person");
  await skill(at(".gateway/skills"), "review", "REVIEW-OF-THE-GATEWAY");
  await skill(at(".gateway/mentor"), "review", "REVIEW-OF-THE-MENTOR");
  await skill(at(".gateway/mentor"), "teach", "TEACH-OF-THE-MENTOR");
  await template(at(".gateway/prompts/mentor/greet.md"), "greeting of the mentor");
  world.configure({
    agent: {
      piCliPath: script,
      model: "faux/echo",
      extensions: [FAUX_MODEL],
      pool: { min: 1, max: 1, graceMs: 3000 },
      skillsGateway: [at(".gateway/skills")],
      skillsBase: [at("home/.pi/agent/skills")],
    },
    roles: {
      capabilities: {
        mentor: { skills: [at(".gateway/mentor")], promptTemplates: [at(".gateway/prompts/mentor")] },
      },
    },
    agents: { list: [{ id: "second", model: "faux/echo2", thinkingLevel: "high" }] },
  });
  return world;
}

describe.each(PIS)("pi $version, one process", ({ script }) => {
  test("a session in a role has the role's skills, the next one without it has not; what is named first wins", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const pids = new Set<number>();
    const systemOf = async (name: string, role?: string) => {
      const session = world.session(name, role === undefined ? {} : { role });
      pids.add(await world.use(session, async ({ pid }) => pid));
      return answerIn(await world.prompt(session, "system"));
    };
    const mentor = await systemOf("a", "mentor");
    expect(mentor).toContain("TEACH-OF-THE-MENTOR");
    expect(mentor).toContain("REVIEW-OF-THE-MENTOR");
    expect(mentor).not.toContain("REVIEW-OF-THE-GATEWAY");
    expect(mentor).toContain("TIDY-OF-THE-PERSON");

    const plain = await systemOf("b");
    expect(plain).not.toContain("OF-THE-MENTOR");
    // The gateway's comes before the one of the same name that pi finds in the person's own folder.
    expect(plain).toContain("REVIEW-OF-THE-GATEWAY");
    expect(plain).not.toContain("REVIEW-OF-THE-PERSON");
    expect(plain).toContain("TIDY-OF-THE-PERSON");

    expect(await systemOf("a", "mentor")).toContain("TEACH-OF-THE-MENTOR");
    expect(pids.size).toBe(1);
  });

  test("a template of the role wins over the person's of the same name, in the role's sessions only", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const greeting = async (name: string, role?: string) => {
      const session = world.session(name, role === undefined ? {} : { role });
      const events = await world.use(session, (agent) =>
        Array.fromAsync(agent.run({ text: "/greet", images: [], isCommand: true }, NEVER)),
      );
      return answerIn(events);
    };
    expect(await greeting("a", "mentor")).toContain("greeting of the mentor");
    expect(await greeting("b")).toContain("greeting of the person");
  });

  test("a role that changes while its session is open is seen by the next message", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const session = world.session("a");
    expect(answerIn(await world.prompt(session, "system"))).not.toContain("TEACH-OF-THE-MENTOR");
    const inRole = { ...session, role: "mentor" };
    expect(answerIn(await world.prompt(inRole, "system"))).toContain("TEACH-OF-THE-MENTOR");
    expect(answerIn(await world.prompt(inRole, "roles"))).toBe("user,user,user");
  });

  test("each agent has its own model and level, and a session's own choice wins over both", async () => {
    await using world = await worldOn(script);
    await world.pool.start();
    const seen: string[] = [];
    const look = (name: string, more: object) =>
      world.use(world.session(name, more), async ({ model, pid }) => {
        seen.push(`${name} ${model.id}`);
        return pid;
      });
    const pids = [
      await look("a", {}),
      await look("b", { agent: "second" }),
      await look("c", { agent: "second", model: "faux/echo" }),
      await look("a", {}),
    ];
    expect(seen).toEqual(["a faux/echo", "b faux/echo2", "c faux/echo", "a faux/echo"]);
    expect(new Set(pids).size).toBe(1);
  });

  test.each([undefined, "medium"])(
    "levels of thinking stay in their sessions (all others: %p)",
    async (level) => {
      await using world = await worldOn(script);
      world.configure({
        agent: { ...world.config.agent, thinkingLevel: level },
        agents: { list: [{ id: "second", thinkingLevel: "high" }] },
      });
      await world.pool.start();
      const levelIn = async (name: string, more: object = {}) =>
        answerIn(await world.prompt(world.session(name, more), "thinking"));
      const plain = await levelIn("a");
      expect(plain).toBe(level ?? plain);
      expect(plain).not.toBe("high");
      expect(await levelIn("b", { agent: "second" })).toBe("high");
      expect(await levelIn("c")).toBe(plain);
      expect(await levelIn("d", { agent: "second", thinkingLevel: "low" })).toBe("low");
      expect(await levelIn("b", { agent: "second" })).toBe("high");
    },
  );
});

const NEVER = new AbortController().signal;
