import { z } from "zod";
import { count, path, platformId } from "./common.ts";
import { heartbeatSchema } from "./heartbeat.ts";

const thinkingLevel = () => z.enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"]);

/** A second spelling of a key, from OpenClaw: not shown in the documentation. */
const alias = <Schema extends z.ZodType>(schema: Schema, of: string) =>
  schema.optional().meta({ alias: true }).describe(`Another name of \`${of}\`.`);

const agentId = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9][\w-]*$/, "expected a name of letters, digits, - and _, such as mentor")
    .max(64);

const entrySchema = z.strictObject({
  id: agentId().describe("Its name in session keys: `agent:{id}:…`."),
  name: z.string().min(1).optional().describe("What people call it."),
  default: z.boolean().default(false).describe("Whether it gets what no binding takes."),
  workspace: path().optional().describe("pi's working directory; `agent.workspace` when omitted."),
  model: z.string().min(1).optional().describe("Its model; `agent.model` when omitted."),
  thinkingLevel: thinkingLevel().optional().describe("As `agent.thinkingLevel`, for this agent."),
  role: z.string().min(1).optional().describe("Its role. Default: the one of its own name, if there is one."),
  skills: z.array(path()).default([]).describe("Its skills: after its role's, before those of `agent`."),
  extensions: z.array(path()).default([]).describe("Its extensions, in the same order."),
  promptTemplates: z.array(path()).default([]).describe("Its prompt templates, in the same order."),
  appendSystemPrompt: path().optional().describe("In place of `agent.appendSystemPrompt`."),
  heartbeat: heartbeatSchema
    .optional()
    .describe("As `agent.heartbeat`, for this agent. That section is for `main` alone."),
});

const delegationSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether agents have the tool `delegate`."),
  maxDepth: z
    .int()
    .min(0)
    .default(2)
    .describe(
      "How far an asked agent may be from the conversation that a person has: 1 asks, and is not asked on.",
    ),
  perSession: count().default(3).describe("Tasks of one conversation that may be open at the same time."),
  maxWaiting: count()
    .default(8)
    .describe(
      "Turns of all conversations that may wait for another agent. Each keeps its pi, so that many run besides `agent.pool.max`.",
    ),
  timeoutSeconds: count().max(86_400).default(600).describe("A task is stopped after this long."),
  allow: z
    .record(z.string(), z.array(z.string().min(1)))
    .default({})
    .describe(
      'Whom an agent may ask, by its id; `"*"` stands for every agent, in both places. Every agent may ask every other when empty.',
    ),
});

const messagingSchema = z.strictObject({
  allow: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Session keys that the tool `sessions_send` reaches besides those that were asked for; `*` at the end stands for any ending.",
    ),
});

const peerKind = () =>
  z
    .enum(["dm", "direct", "group", "channel", "topic", "thread"])
    .transform((kind) => (kind === "direct" ? "dm" : kind));

const peerSchema = z.strictObject({
  kind: peerKind().describe("What it is. A `group` and a `channel` are the same here."),
  id: platformId().describe("The chat's id, or the person's in a `dm`; `*` stands for all of the kind."),
});

const matchSchema = z
  .strictObject({
    channel: z.string().min(1).optional().describe("Messages of this channel."),
    account: z.string().min(1).optional().describe("Of this account of it; `*` or omitted: of all."),
    accountId: alias(z.string().min(1), "account"),
    peer: peerSchema.optional().describe("Of this chat or person, and of the threads and topics in it."),
    parentPeer: peerSchema
      .optional()
      .describe("Of the threads and topics in this chat, not the chat itself."),
    guild: platformId().optional().describe("Of this server or workspace."),
    guildId: alias(platformId(), "guild"),
    teamId: alias(platformId(), "guild"),
    roles: z.array(platformId()).default([]).describe("Of people who have one of these roles there."),
  })
  .transform(({ accountId, guildId, teamId, account = accountId, guild = guildId ?? teamId, ...match }) => ({
    ...match,
    account: account === "*" ? undefined : account,
    guild,
  }));

const bindingSchema = z
  .strictObject({
    agent: z.string().min(1).optional().describe("The agent that answers."),
    agentId: alias(z.string().min(1), "agent"),
    role: z.string().min(1).optional().describe("The role that it has there, in place of its own."),
    match: matchSchema.prefault({}).describe("Which messages. All that is named must fit."),
  })
  .transform(({ agent, agentId: other, ...binding }, context) => {
    const name = agent ?? other;
    if (name !== undefined) return { ...binding, agent: name };
    context.addIssue({
      code: "custom",
      path: ["agent"],
      message: "missing; it names the agent that answers",
    });
    return z.NEVER;
  });

/** `agents`: who there is to answer, and who answers whom. */
export const agentsSchema = z.strictObject({
  delegation: delegationSchema.prefault({}).describe("Agents that ask other agents."),
  messaging: messagingSchema.prefault({}).describe("Agents that write into other conversations."),
  list: z
    .array(entrySchema)
    .superRefine(checkAgentIds)
    .default([])
    .describe("Agents beside `main`, which the section `agent` describes; an entry `main` adds to that."),
  default: z
    .string()
    .min(1)
    .optional()
    .describe("Who gets what no binding takes. Default: the entry marked so, else `main`."),
  bindings: z
    .array(bindingSchema)
    .default([])
    .describe("Who answers where. The most exact match wins, not the first: see docs/agents.md."),
});

const roleSchema = z.strictObject({
  skills: z.array(path()).default([]).describe("Skills of this role; they come before the agent's."),
  extensions: z.array(path()).default([]).describe("Extensions of this role; they come before the agent's."),
  promptTemplates: z.array(path()).default([]).describe("Prompt templates of this role."),
});

/** `roles`: what an agent can do in a role that a group or a person has. */
export const rolesSchema = z.strictObject({
  mergeMode: z
    .enum(["append", "replace"])
    .default("append")
    .describe("Whether a role's skills come before the agent's own, or instead of them."),
  capabilities: z.record(z.string(), roleSchema).default({}).describe("One entry for each role."),
});

function checkAgentIds(
  list: readonly { readonly id: string; readonly default: boolean }[],
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  let chosen: string | undefined;
  for (const [index, entry] of list.entries()) {
    if (seen.has(entry.id)) {
      context.addIssue({ code: "custom", path: [index, "id"], message: "another agent has this id already" });
    }
    seen.add(entry.id);
    if (!entry.default) continue;
    if (chosen !== undefined) {
      const message = `only one agent can be the default, and "${chosen}" is`;
      context.addIssue({ code: "custom", path: [index, "default"], message });
    }
    chosen = entry.id;
  }
}
