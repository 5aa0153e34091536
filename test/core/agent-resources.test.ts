import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allNamedPaths, missingPaths, resourcesOf, sortOut } from "../../src/core/agent-resources.ts";
import { configSchema } from "../../src/core/config-schema.ts";

const config = (more: object = {}) =>
  configSchema({}).parse({
    agent: {
      skillsBase: ["/base"],
      skillsGateway: ["/gateway"],
      extensions: ["/ext"],
      promptTemplates: ["/template"],
      appendSystemPrompt: "/APPEND.md",
    },
    agents: { list: [{ id: "helper", skills: ["/own"], appendSystemPrompt: "/OWN.md" }] },
    roles: { capabilities: { mentor: { skills: ["/mentor"] } }, ...more },
  });

const pathsOf = (paths: readonly { readonly path: string }[]) => paths.map(({ path }) => path);

describe("the guide's priority", () => {
  test("the role's, the agent's, the gateway's, the base's", () => {
    const worker = { agent: "helper", role: "mentor" };
    expect(resourcesOf(config(), worker).skills).toEqual([
      { path: "/mentor", key: "roles.capabilities.mentor.skills" },
      { path: "/own", key: "agents.list[0].skills" },
      { path: "/gateway", key: "agent.skillsGateway" },
      { path: "/base", key: "agent.skillsBase" },
    ]);
    expect(pathsOf(resourcesOf(config(), worker).appendSystemPrompt)).toEqual(["/OWN.md"]);
    expect(pathsOf(resourcesOf(config(), {}).skills)).toEqual(["/gateway", "/base"]);
    expect(pathsOf(resourcesOf(config(), {}).appendSystemPrompt)).toEqual(["/APPEND.md"]);
  });

  test("replace: what a role names stands for all of its kind; what it does not name stays", () => {
    const { skills, extensions, promptTemplates } = resourcesOf(config({ mergeMode: "replace" }), {
      role: "mentor",
    });
    expect(pathsOf(skills)).toEqual(["/mentor"]);
    expect(pathsOf(extensions)).toEqual(["/ext"]);
    expect(pathsOf(promptTemplates)).toEqual(["/template"]);
  });

  test("a role that does not exist has nothing, whatever it is called", () => {
    for (const role of ["ghost", "toString", "__proto__"]) {
      expect(pathsOf(resourcesOf(config(), { role }).skills)).toEqual(["/gateway", "/base"]);
    }
  });
});

describe("paths", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "paths-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("each file counts once, under the name that comes first; what is missing is told", async () => {
    const [file, link, gone] = ["file", "link", "gone"].map((name) => join(folder, name));
    writeFileSync(file!, "");
    symlinkSync(file!, link!);
    const named = [link!, file!, gone!].map((path) => ({ path, key: "k" }));
    expect(await sortOut(named)).toEqual({ found: [link!], missing: [{ path: gone!, key: "k" }] });
  });

  test("every path is looked at, those of agents and roles too, and named once with its key", async () => {
    expect(pathsOf(allNamedPaths(config())).toSorted()).toEqual(
      ["/APPEND.md", "/OWN.md", "/base", "/ext", "/gateway", "/mentor", "/own", "/template"].toSorted(),
    );
    const subjects = (await missingPaths(config())).map(({ subject }) => subject);
    expect(subjects).toContain("roles.capabilities.mentor.skills");
    expect(new Set(subjects).size).toBe(subjects.length);
  });
});
