import { z } from "zod";
import { milliseconds, path, secret, target } from "./common.ts";

/** Sections whose features are not active yet: accepted and checked, so that a configuration stays valid. */

const roleSchema = z.strictObject({
  skills: z.array(path()).default([]),
  extensions: z.array(path()).default([]),
  promptTemplates: z.array(path()).default([]),
});

export const rolesSchema = z.strictObject({
  mergeMode: z.enum(["append", "replace"]).default("append"),
  capabilities: z.record(z.string(), roleSchema).default({}),
});

const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cron"), expr: z.string().min(1), timezone: z.string().optional() }),
  z.strictObject({ kind: z.literal("every"), expr: z.string().min(1) }),
  z.strictObject({ kind: z.literal("at"), expr: z.string().min(1) }),
]);

const jobSchema = z.strictObject({
  id: z.string().min(1),
  schedule: scheduleSchema,
  task: z.string().min(1),
  delivery: z.enum(["announce", "direct", "silent"]).default("announce"),
  to: target().optional(),
  resumeContext: z.boolean().default(false),
  enabled: z.boolean().default(true),
});

export const cronSchema = z.strictObject({
  enabled: z.boolean().optional().describe("Default: true when there are jobs."),
  jobs: z.array(jobSchema).default([]),
});

const pluginSchema = z.union([
  path(),
  z.strictObject({ path: path(), options: z.unknown().optional(), enabled: z.boolean().default(true) }),
]);

export const pluginsSchema = z.array(pluginSchema);

export const webhooksSchema = z.strictObject({
  enabled: z.boolean().default(false),
  token: secret().optional(),
  path: z.string().startsWith("/").default("/hooks"),
});

export const securitySchema = z.strictObject({
  ssrfGuard: z
    .strictObject({
      enabled: z.boolean().default(true),
      blockPrivateIPs: z.boolean().default(true),
      blockLocalhost: z.boolean().default(true),
      allowedHosts: z.array(z.string()).default([]),
    })
    .prefault({}),
});

export const mediaSchema = z.strictObject({
  cacheDays: z.int().min(1).default(30),
  cacheMb: z.int().min(1).default(1024),
  downloadTimeoutMs: milliseconds().default(60_000),
});
