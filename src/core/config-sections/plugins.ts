import { z } from "zod";
import { milliseconds, path } from "./common.ts";

const pluginSchema = z.union([
  path().transform((entry) => ({ path: entry, enabled: true })),
  z.strictObject({
    path: path().describe(
      "The plugin's file, its folder, or the name of an installed package. Starts at this file.",
    ),
    options: z.unknown().optional().describe("What the plugin itself reads."),
    enabled: z.boolean().default(true).describe("Whether it is loaded."),
  }),
]);

const pluginListSchema = z.array(pluginSchema);
const hookTimeoutMs = () => milliseconds().default(5000).describe("How long one hook of a plugin may take.");

/** `plugins`: a list as in the guide, or `{ entries, hookTimeoutMs }`. The program always sees the latter. */
export const pluginsSchema = z
  .union([
    pluginListSchema,
    z.strictObject({
      entries: pluginListSchema.default([]).describe("The plugins, in the order in which their hooks run."),
      hookTimeoutMs: hookTimeoutMs(),
    }),
  ])
  .transform((plugins) => (Array.isArray(plugins) ? { entries: plugins, hookTimeoutMs: 5000 } : plugins));
