import { z } from "zod";
import { agentSchema } from "./config-sections/agent.ts";
import { gatewaySchema } from "./config-sections/gateway.ts";
import {
  cronSchema,
  mediaSchema,
  pluginsSchema,
  rolesSchema,
  securitySchema,
  webhooksSchema,
} from "./config-sections/later.ts";
import { deliverySchema, queueSchema, storeSchema } from "./config-sections/pipeline.ts";

const coreSections = {
  $schema: z.string().optional().describe("Where an editor finds the description of this file."),
  gateway: gatewaySchema.prefault({}),
  agent: agentSchema.prefault({}),
  queue: queueSchema.prefault({}),
  delivery: deliverySchema.prefault({}),
  store: storeSchema.prefault({}),
  roles: rolesSchema.prefault({}),
  cron: cronSchema.prefault({}),
  plugins: pluginsSchema.default([]),
  hooks: webhooksSchema.prefault({}),
  security: securitySchema.prefault({}),
  media: mediaSchema.prefault({}),
  owners: z.array(z.string()).default([]).describe("People who may do everything: telegram:123456789."),
};

/**
 * The schema of the whole file. Channels bring their own sections, so that the core knows none:
 * `channels` maps a channel's name to the schema of its section.
 */
export function configSchema(channels: Readonly<Record<string, z.ZodType>>) {
  const sections = Object.fromEntries(
    Object.entries(channels).map(([name, schema]) => [name, schema.optional()]),
  );
  return z.strictObject({ ...coreSections, channels: z.looseObject(sections).default({}) });
}

/** A configuration as the program sees it: complete, resolved, and frozen. */
export type Config = Omit<z.output<ReturnType<typeof configSchema>>, "channels"> & {
  readonly channels: Readonly<Record<string, unknown>>;
};
