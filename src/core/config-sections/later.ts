import { z } from "zod";
import { target } from "./common.ts";

/** Sections whose features are not active yet: accepted and checked, so that a configuration stays valid. */

const DURATION = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;

const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("cron"),
    expr: z.string().min(1).describe("Such as `0 9 * * *`."),
    timezone: z
      .string()
      .refine(isTimeZone, "expected a time zone such as Asia/Shanghai")
      .optional()
      .describe("Such as Asia/Shanghai; the machine's own when omitted."),
  }),
  z.strictObject({
    kind: z.literal("every"),
    expr: z
      .string()
      .regex(DURATION, 'expected a span such as 1h or 30m; a cron expression needs "kind": "cron"')
      .describe("Such as `1h` or `1h30m`."),
  }),
  z.strictObject({
    kind: z.literal("at"),
    expr: z.string().min(1).describe("A date and time such as `2027-01-31T09:00`, or a span from now."),
  }),
]);

const jobSchema = z.strictObject({
  id: z.string().min(1).describe("The job's name; no two jobs share one."),
  schedule: scheduleSchema.describe("When it runs."),
  task: z.string().min(1).describe("What the agent is asked to do, or the text of kind `message`."),
  kind: z
    .enum(["agent", "message"])
    .default("agent")
    .describe("`message` sends the text as it is, without an agent."),
  delivery: z
    .enum(["announce", "direct", "silent"])
    .default("announce")
    .describe("`direct`: the answer as it is. `announce`: with the job's name. `silent`: recorded only."),
  to: target().optional().describe("Where the answer goes; the owner's chat when omitted."),
  resumeContext: z
    .boolean()
    .default(false)
    .describe("Whether the job's own session goes on, or each run starts afresh."),
  enabled: z.boolean().default(true).describe("Whether this job runs."),
});

/** `cron`: tasks that run by the clock. */
export const cronSchema = z
  .strictObject({
    enabled: z.boolean().optional().describe("Default: true when there are jobs."),
    jobs: z.array(jobSchema).superRefine(checkJobIds).default([]).describe("The jobs."),
  })
  .transform((cron) => ({ ...cron, enabled: cron.enabled ?? cron.jobs.length > 0 }));

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // An unknown zone is exactly what throws here.
    return false;
  }
}

function checkJobIds(jobs: readonly { readonly id: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { id }] of jobs.entries()) {
    if (seen.has(id)) {
      context.addIssue({ code: "custom", path: [index, "id"], message: "another job has this id already" });
    }
    seen.add(id);
  }
}
