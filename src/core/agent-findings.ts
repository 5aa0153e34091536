import { defaultAgent, isAgent, isRole, agentIds } from "./agent-list.ts";
import { missingPaths } from "./agent-resources.ts";
import type { Finding } from "./channel.ts";
import type { Config } from "./config-schema.ts";
import { isSection } from "./config-shape.ts";

type Sections = Pick<Config, "agent" | "agents" | "roles" | "session" | "channels">;

/** What `agents`, `roles` and whoever names one of them name that is not there. All of it is left out. */
export async function agentFindings(config: Sections): Promise<readonly Finding[]> {
  return [
    ...unknownAgents(config),
    ...unknownRoles(config),
    ...sharedAccounts(config),
    ...(await missingPaths(config)),
  ];
}

function unknownAgents(config: Sections): Finding[] {
  const { default: chosen, bindings } = config.agents;
  const fix = `There are: ${agentIds(config).join(", ")}.`;
  const found: Finding[] = [];
  if (chosen !== undefined && !isAgent(config, chosen)) {
    const text = `there is no agent "${chosen}", so ${defaultAgent(config)} is the default`;
    found.push({ level: "warning", subject: "agents.default", text, fix });
  }
  for (const [index, { agent }] of bindings.entries()) {
    if (isAgent(config, agent)) continue;
    const text = `there is no agent "${agent}": the binding is passed over`;
    found.push({ level: "warning", subject: `agents.bindings[${index}]`, text, fix });
  }
  return found;
}

function unknownRoles(config: Sections): Finding[] {
  const { list, bindings } = config.agents;
  const named = [
    ...list.map(({ role }, index) => ({ role, key: `agents.list[${index}].role` })),
    ...bindings.map(({ role }, index) => ({ role, key: `agents.bindings[${index}].role` })),
  ];
  const ours = named.flatMap(({ role, key }) => unknownRole(config, role, key, "warning"));
  const ofChats = rolesIn(config.channels, "channels").flatMap(({ role, key }) =>
    unknownRole(config, role, key, "note"),
  );
  return [...ours, ...ofChats];
}

function unknownRole(
  config: Sections,
  role: string | undefined,
  subject: string,
  level: Finding["level"],
): Finding[] {
  if (role === undefined || isRole(config, role)) return [];
  const text = `the role "${role}" has no entry in roles.capabilities: nothing comes with it`;
  return [{ level, subject, text }];
}

/** The roles that chats have in their channel's section, in whatever form the channel gives it. */
function rolesIn(value: unknown, path: string): readonly { readonly role: string; readonly key: string }[] {
  if (!isSection(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
    return name === "role" && typeof item === "string" ? [{ role: item, key }] : rolesIn(item, key);
  });
}

function sharedAccounts({ session }: Sections): Finding[] {
  const owners = new Map<string, string>();
  const found: Finding[] = [];
  for (const [person, accounts] of Object.entries(session.identityLinks)) {
    for (const account of accounts) {
      const owner = owners.get(account);
      if (owner !== undefined && owner !== person) {
        const text = `${account} belongs to ${owner} and to ${person}: it counts as ${owner}'s`;
        found.push({ level: "warning", subject: "session.identityLinks", text });
      }
      owners.set(account, owner ?? person);
    }
  }
  return found;
}
