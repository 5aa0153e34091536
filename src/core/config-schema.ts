import { z } from "zod";
import { agentSchema } from "./config-sections/agent.ts";
import { agentsSchema, rolesSchema } from "./config-sections/agents.ts";
import { audioSchema } from "./config-sections/audio.ts";
import { commandsSchema } from "./config-sections/commands.ts";
import { target } from "./config-sections/common.ts";
import { cronSchema } from "./config-sections/cron.ts";
import { gatewaySchema } from "./config-sections/gateway.ts";
import { hooksSchema } from "./config-sections/hooks.ts";
import { mediaSchema } from "./config-sections/media.ts";
import { deliverySchema, queueSchema, storeSchema } from "./config-sections/pipeline.ts";
import { pluginsSchema } from "./config-sections/plugins.ts";
import { securitySchema } from "./config-sections/security.ts";
import { sessionSchema } from "./config-sections/session.ts";

// Compiling a parser costs more than a gateway's start ever parses, and a frame of two microseconds is no loss.
z.config({ jitless: true });

const coreSections = {
  $schema: z.string().optional().describe("Where an editor finds the description of this file."),
  gateway: gatewaySchema.prefault({}).describe("The port, who may use it, and where state lives."),
  agent: agentSchema.prefault({}).describe("What pi is started with, and how many of it."),
  agents: agentsSchema.prefault({}).describe("Several agents, and who answers whom."),
  roles: rolesSchema.prefault({}).describe("What an agent can do in a role."),
  session: sessionSchema.prefault({}).describe("Which messages share a conversation, and for how long."),
  queue: queueSchema.prefault({}).describe("How much may wait, and what waiting messages become."),
  commands: commandsSchema.prefault({}).describe("Words behind a slash: who may use which."),
  delivery: deliverySchema.prefault({}).describe("How answers get out."),
  store: storeSchema.prefault({}).describe("How long finished things are kept."),
  cron: cronSchema.prefault({}).describe("Tasks that run by the clock."),
  plugins: pluginsSchema
    .prefault([])
    .describe("A list of plugins, or `{ entries, hookTimeoutMs }`. Paths start at this file."),
  hooks: hooksSchema.prefault({}).describe("Webhooks, with which other programs reach the agent."),
  security: securitySchema.prefault({}).describe("From where the gateway itself fetches."),
  media: mediaSchema.prefault({}).describe("Files that come with messages, and files that agents send."),
  audio: audioSchema.prefault({}).describe("What becomes of voice messages."),
  owners: z
    .array(target())
    .default([])
    .describe(
      "People who may do everything, such as telegram:123456789. When empty: the first one who was let in by pairing.",
    ),
};

/** The sections that channels bring, by the channel's name. */
export type ChannelSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * The schema of the whole file. Channels bring their own sections, so that the core knows none:
 * `channels` maps a channel's name to the schema of its section.
 */
export function configSchema(channels: ChannelSchemas) {
  const sections = Object.fromEntries(
    Object.entries(channels).map(([name, schema]) => [name, schema.optional()]),
  );
  return z.strictObject({
    ...coreSections,
    channels: z.looseObject(sections).prefault({}).describe("Where people write from."),
  });
}

/** A configuration as the program sees it: complete, resolved, and frozen. */
export type Config = Omit<z.output<ReturnType<typeof configSchema>>, "channels"> & {
  readonly channels: Readonly<Record<string, unknown>>;
};
