import { z } from "zod";
import { command, count, milliseconds, path } from "./common.ts";
import { heartbeatSchema } from "./heartbeat.ts";

const poolSchema = z
  .strictObject({
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
  })
  .refine(({ min, max }) => max === "auto" || min <= max, {
    path: ["min"],
    error: "must not be greater than agent.pool.max",
  });

const failoverSchema = z.strictObject({
  primary: z
    .string()
    .min(1)
    .optional()
    .describe("The first choice where `agent.model` is not set; else it comes after that."),
  fallbacks: z.array(z.string().min(1)).default([]).describe("What is tried next, in this order."),
  maxRetries: z.int().min(0).default(2).describe("Tries on one model before the next."),
  cooldownMs: milliseconds().default(60_000).describe("How long a failed model rests."),
  silenceMs: milliseconds()
    .default(180_000)
    .describe("A model that says nothing for this long has failed, while there is another to ask. 0: never."),
  leavesPinned: z
    .boolean()
    .default(false)
    .describe("Whether others are asked when the model that a person chose with /model fails."),
});

const usd = () => z.number().min(0);

const limitsSchema = z.strictObject({
  dailyUsd: usd().optional().describe("Dollars per day."),
  monthlyUsd: usd().optional().describe("Dollars per calendar month."),
});

const limitsByName = () => z.record(z.string().min(1), limitsSchema).default({});

const budgetSchema = limitsSchema.extend({
  perAgent: limitsByName().describe('Limits by the agent\'s id; `"*"` for each that is not named.'),
  perChannel: limitsByName().describe('Limits by the channel\'s name; `"*"` for each that is not named.'),
  perSender: limitsByName().describe(
    'Limits by person, such as `telegram:123456789`; `"*"` for each that is not named.',
  ),
});

/** `agent`: what pi is started with, and how many of it. */
export const agentSchema = z.strictObject({
  model: z.string().min(1).optional().describe("`provider/id`, or a bare name such as claude-sonnet-4."),
  modelFailover: failoverSchema.optional().describe("What happens when a model fails."),
  budget: budgetSchema
    .prefault({})
    .describe("What may be spent. No turn begins beyond it, by the machine's clock and time zone."),
  piCliPath: command().default("pi").describe("The pi to run: a path, or a name on the PATH."),
  thinkingLevel: z
    .enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"])
    .optional()
    .describe("How long the model thinks. `xhigh` and `max` where the model has them."),
  runtime: z
    .strictObject({
      agentDir: path()
        .optional()
        .describe("pi's own folder, with its login, models and settings. ~/.pi/agent when omitted."),
      packageDir: path().optional().describe("PI_PACKAGE_DIR: must hold pi's package.json."),
    })
    .prefault({})
    .describe("Folders that pi reads."),
  skillsBase: z.array(path()).default([]).describe("Skills, after those of the role and skillsGateway."),
  skillsGateway: z.array(path()).default([]).describe("Skills that win over skillsBase."),
  extensions: z.array(path()).default([]).describe("pi extensions, loaded with `-e`."),
  promptTemplates: z.array(path()).default([]).describe("Prompt templates."),
  appendSystemPrompt: path().optional().describe("A file whose text is added to pi's system prompt."),
  workspace: path().optional().describe("pi's working directory. Default: `workspace` in gateway.stateDir."),
  pool: poolSchema.prefault({}).describe("The pi processes."),
  timeoutMs: milliseconds().default(1_800_000).describe("A turn is aborted after this long."),
  questionTimeoutMs: milliseconds()
    .default(600_000)
    .describe("A question to a person is cancelled after this long without an answer."),
  heartbeat: heartbeatSchema
    .optional()
    .describe("From time to time the agent looks around by itself. Off without this section."),
  promptCache: z
    .enum(["short", "long"])
    .optional()
    .describe("PI_CACHE_RETENTION: how long providers cache prompts."),
});
