import { realpath } from "node:fs/promises";
import { entryOf } from "./agent-list.ts";
import type { Finding } from "./channel.ts";
import type { Config } from "./config-schema.ts";

/** Who works: an agent, in a role. Without an agent it is `main`, without a role none. */
export interface Worker {
  readonly agent?: string | undefined;
  readonly role?: string | undefined;
}

/** A path, and the key of the configuration that names it. */
export interface NamedPath {
  readonly path: string;
  readonly key: string;
}

/** What pi is given for a worker, first first. What is named first wins over what has the same path or name. */
export interface AgentResources {
  readonly skills: readonly NamedPath[];
  readonly extensions: readonly NamedPath[];
  readonly promptTemplates: readonly NamedPath[];
  readonly appendSystemPrompt: readonly NamedPath[];
}

type Sections = Pick<Config, "agent" | "agents" | "roles">;

/** The lists of a worker in the guide's priority: the role's, the agent's own, those of the section `agent`. */
export function resourcesOf(config: Sections, { agent: id = "main", role }: Worker): AgentResources {
  const { agent, roles } = config;
  const inRole = role !== undefined && Object.hasOwn(roles.capabilities, role);
  const given = inRole ? roles.capabilities[role] : undefined;
  const entry = entryOf(config, id);
  const own = `agents.list[${config.agents.list.findIndex((one) => one.id === id)}]`;
  const merged = (
    kind: "skills" | "extensions" | "promptTemplates",
    base: readonly NamedPath[],
  ): readonly NamedPath[] => {
    const first = named(given?.[kind], `roles.capabilities.${role}.${kind}`);
    if (first.length > 0 && roles.mergeMode === "replace") return first;
    return [...first, ...named(entry?.[kind], `${own}.${kind}`), ...base];
  };
  const prompt = entry?.appendSystemPrompt ?? agent.appendSystemPrompt;
  const promptKey = entry?.appendSystemPrompt === undefined ? "agent" : own;
  return {
    skills: merged("skills", [
      ...named(agent.skillsGateway, "agent.skillsGateway"),
      ...named(agent.skillsBase, "agent.skillsBase"),
    ]),
    extensions: merged("extensions", named(agent.extensions, "agent.extensions")),
    promptTemplates: merged("promptTemplates", named(agent.promptTemplates, "agent.promptTemplates")),
    appendSystemPrompt: named(prompt === undefined ? [] : [prompt], `${promptKey}.appendSystemPrompt`),
  };
}

/** Every path that some agent or role names, in the order of the file. */
export function allNamedPaths(config: Sections): readonly NamedPath[] {
  const { agents, roles } = config;
  const workers: Worker[] = [
    {},
    ...agents.list.map(({ id }) => ({ agent: id })),
    ...Object.keys(roles.capabilities).map((role) => ({ role })),
  ];
  const found = new Map<string, NamedPath>();
  for (const worker of workers) {
    const { skills, extensions, promptTemplates, appendSystemPrompt } = resourcesOf(config, worker);
    for (const one of [...skills, ...extensions, ...promptTemplates, ...appendSystemPrompt]) {
      found.set(`${one.key} ${one.path}`, one);
    }
  }
  return [...found.values()];
}

/** One finding for each path that is not there: pi is started without it. */
export async function missingPaths(config: Sections): Promise<readonly Finding[]> {
  const { missing } = await sortOut(allNamedPaths(config));
  return missing.map(({ path, key }) => ({
    level: "warning",
    subject: key,
    text: `${path} does not exist and is left out`,
    fix: "Create it, or take it out of the configuration.",
  }));
}

/** Those of `paths` that are not there. */
export async function missingAmong(paths: readonly NamedPath[]): Promise<ReadonlySet<string>> {
  const { missing } = await sortOut(paths);
  return new Set(missing.map(({ path }) => path));
}

/** The paths that are there, each file once, and those that are not. */
export async function sortOut(
  paths: readonly NamedPath[],
): Promise<{ readonly found: readonly string[]; readonly missing: readonly NamedPath[] }> {
  const reals = await Promise.all(paths.map(({ path }) => realpathIfThere(path)));
  const found = new Map<string, string>();
  const missing: NamedPath[] = [];
  for (const [index, one] of paths.entries()) {
    const real = reals[index];
    if (real === undefined) missing.push(one);
    else if (!found.has(real)) found.set(real, one.path);
  }
  return { found: [...found.values()], missing };
}

/** Where `path` leads; undefined if it is not there, or not for us to read: pi could not use it either. */
export async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    // The answer is all there is to say about it; whoever asks reports it.
    return undefined;
  }
}

const named = (paths: readonly string[] | undefined, key: string): readonly NamedPath[] =>
  (paths ?? []).map((path) => ({ path, key }));
