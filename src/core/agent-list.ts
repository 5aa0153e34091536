import type { Config } from "./config-schema.ts";

/** The agent that is always there: what the section `agent` describes. */
export const MAIN_AGENT = "main";

/** The sections that say which agents there are. */
export type AgentSections = Pick<Config, "agents" | "roles">;

export type AgentEntry = Config["agents"]["list"][number];

/** The names that can stand in a session key as its agent: `main`, those of the list, and every role. */
export function agentIds({ agents, roles }: AgentSections): readonly string[] {
  const ids = [MAIN_AGENT, ...agents.list.map(({ id }) => id), ...Object.keys(roles.capabilities)];
  return [...new Set(ids)];
}

export function isAgent(config: AgentSections, id: string): boolean {
  return id === MAIN_AGENT || entryOf(config, id) !== undefined || isRole(config, id);
}

/** What the list says about an agent; undefined for `main` without an entry, and for a role used as an agent. */
export function entryOf({ agents }: AgentSections, id: string): AgentEntry | undefined {
  return agents.list.find((entry) => entry.id === id);
}

/** Who gets what no binding takes. A default that does not exist counts as none. */
export function defaultAgent(config: AgentSections): string {
  const { default: named, list } = config.agents;
  if (named !== undefined && isAgent(config, named)) return named;
  return list.find((entry) => entry.default)?.id ?? MAIN_AGENT;
}

/** The working directory of an agent's pi; `common` where the configuration names none. */
export function workspaceOf(
  config: Pick<Config, "agent" | "agents" | "roles">,
  id: string,
  common: string,
): string {
  return entryOf(config, id)?.workspace ?? config.agent.workspace ?? common;
}

/** The working directories of all agents, each once. */
export function workspacesOf(
  config: Pick<Config, "agent" | "agents" | "roles">,
  common: string,
): readonly string[] {
  return [...new Set(agentIds(config).map((id) => workspaceOf(config, id, common)))];
}

/** The role an agent has by itself: its entry's, else the one of its own name. */
export function ownRole(config: AgentSections, id: string): string | undefined {
  return entryOf(config, id)?.role ?? (isRole(config, id) ? id : undefined);
}

export function isRole({ roles }: AgentSections, name: string): boolean {
  return Object.hasOwn(roles.capabilities, name);
}

/** Whether `id` is no agent of its own, but a role that can be addressed as one: `agent:mentor:…`. */
export function isRoleAsAgent(config: AgentSections, id: string): boolean {
  return id !== MAIN_AGENT && isRole(config, id) && entryOf(config, id) === undefined;
}
