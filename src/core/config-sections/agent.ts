import { z } from "zod";
import { count, milliseconds, path } from "./common.ts";

const poolSchema = z.strictObject({
  min: z.int().min(0).default(1).describe("Processes kept warm."),
  max: z
    .union([count(), z.literal("auto")])
    .default(4)
    .describe("Turns that may run at once. `auto` follows cores and memory."),
  idleTimeoutMs: milliseconds().default(300_000).describe("An idle process above `min` ends after this."),
  graceMs: milliseconds().default(5_000).describe("From SIGTERM to SIGKILL."),
  maxMemoryMb: count().default(512).describe("A process that grew beyond this is replaced when idle."),
  maxTurns: count().default(500).describe("A process is replaced after this many turns."),
  maxAgeMs: milliseconds().default(21_600_000).describe("A process is replaced after this long."),
});

const failoverSchema = z.strictObject({
  primary: z.string().min(1),
  fallbacks: z.array(z.string().min(1)).default([]),
  maxRetries: z.int().min(0).default(2).describe("Tries on one model before the next."),
  cooldownMs: milliseconds().default(60_000).describe("How long a failed model rests."),
});

/** `agent`: what pi is started with, and how many of it. */
export const agentSchema = z.strictObject({
  model: z.string().min(1).optional().describe("`provider/id`, or a bare name such as claude-sonnet-4."),
  modelFailover: failoverSchema.optional(),
  piCliPath: z.string().min(1).default("pi").describe("The pi to run: a path, or a name on the PATH."),
  thinkingLevel: z
    .enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"])
    .optional()
    .describe("`xhigh` and `max` where the model has them."),
  runtime: z
    .strictObject({
      agentDir: path().optional().describe("pi's own folder; the person's ~/.pi/agent when omitted."),
      packageDir: path().optional().describe("PI_PACKAGE_DIR: must hold pi's package.json."),
    })
    .prefault({}),
  skillsBase: z.array(path()).default([]),
  skillsGateway: z.array(path()).default([]),
  extensions: z.array(path()).default([]),
  promptTemplates: z.array(path()).default([]),
  appendSystemPrompt: path().optional().describe("A file whose text is added to pi's system prompt."),
  workspace: path().optional().describe("pi's working directory. Default: `workspace` in gateway.stateDir."),
  pool: poolSchema.prefault({}),
  timeoutMs: milliseconds().default(1_800_000).describe("A turn is aborted after this long."),
  promptCache: z
    .enum(["short", "long"])
    .optional()
    .describe("PI_CACHE_RETENTION: how long providers cache prompts."),
});
