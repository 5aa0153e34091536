import { z } from "zod";
import { isTimeZone } from "../../lib/local-time.ts";
import { RequestError } from "../errors.ts";
import { type Schedule, scheduleProblem } from "../schedule.ts";
import { parseTarget, TARGET_FORM } from "../target.ts";
import { milliseconds, timeZone } from "./common.ts";

const ZONE = "Such as Asia/Shanghai; the machine's own when omitted.";

/** When a job is due, from whichever door it comes: one that can never be is refused. */
export const scheduleSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("cron"),
      expr: z
        .string()
        .min(1)
        .describe(
          "Five fields such as `0 9 * * 1-5`, six with seconds in front, `L` for the last day, or `@daily`.",
        ),
      timezone: timeZone().optional().describe(ZONE),
    }),
    z.strictObject({
      kind: z.literal("every"),
      expr: z.string().min(1).describe("A span such as `30m` or `1h30m`, from the moment the job is there."),
    }),
    z.strictObject({
      kind: z.literal("at"),
      expr: z
        .string()
        .min(1)
        .describe("Once: a date and time such as `2027-01-31T09:00`, or a span from now such as `20m`."),
      timezone: timeZone().optional().describe(ZONE),
    }),
  ])
  .superRefine((schedule, context) => {
    // A zone that there is not is told where it stands.
    if (schedule.kind !== "every" && schedule.timezone !== undefined && !isTimeZone(schedule.timezone))
      return;
    const problem = scheduleProblem(withoutHoles(schedule), Date.now());
    if (problem !== undefined) context.addIssue({ code: "custom", path: ["expr"], message: problem });
  });

/** The name of a job: one line, and no part of a path. */
export const jobIdSchema = z
  .string()
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}/\s]([^\p{Cc}\p{Zl}\p{Zp}/]{0,98}[^\p{Cc}\p{Zl}\p{Zp}/\s])?$/u, {
    error: "expected a name of 1 to 100 characters in one line, without a slash",
  });

/** Where an answer goes: a target, or `owner`. */
const whereTo = () =>
  z.string().superRefine((text, context) => {
    try {
      if (text !== "owner") parseTarget(text);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      context.addIssue({ code: "custom", message: `expected a target: ${TARGET_FORM}` });
    }
  });

/** What a job is, without what is usual: for every door. */
export const jobFields = {
  schedule: scheduleSchema.describe("When it runs."),
  task: z
    .string()
    .min(1)
    .max(20_000)
    .describe("What the agent is asked to do, or the text of kind `message`."),
  kind: z.enum(["agent", "message"]).describe("`message` sends the text as it is, without an agent."),
  delivery: z
    .enum(["announce", "direct", "silent"])
    .describe(
      "`direct`: the answer as it is. `announce`: with the job's name, and known to the chat's agent. `silent`: recorded only.",
    ),
  to: whereTo().describe(
    "Where the answer goes, such as `telegram:123456789`; the owner's chat when omitted.",
  ),
  resumeContext: z.boolean().describe("Whether the job's own session goes on, or each run starts afresh."),
  agentId: z.string().min(1).describe("Who runs it; the default agent when omitted."),
  role: z.string().min(1).describe("What the agent is in it."),
  model: z.string().min(1).describe("The model it is run with, in place of the agent's."),
  timeoutMs: milliseconds().min(1000).describe("How long a run may take, in place of `agent.timeoutMs`."),
  catchUp: z
    .boolean()
    .describe(
      "Whether times that were missed, for instance while the gateway was down, are made up for once.",
    ),
  jitterMs: milliseconds().describe("In place of `cron.jitterMs`, for this job."),
  deleteAfterRun: z.boolean().describe("Whether it goes once it has been done. Not for jobs of this file."),
  enabled: z.boolean().describe("Whether this job runs."),
} as const;

const { deleteAfterRun: _, ...fileFields } = jobFields;

const jobSchema = z.strictObject({
  id: jobIdSchema.describe("The job's name; no two jobs share one."),
  ...fileFields,
  kind: fileFields.kind.default("agent"),
  delivery: fileFields.delivery.default("announce"),
  to: fileFields.to.optional(),
  resumeContext: fileFields.resumeContext.default(false),
  agentId: fileFields.agentId.optional(),
  role: fileFields.role.optional(),
  model: fileFields.model.optional(),
  timeoutMs: fileFields.timeoutMs.optional(),
  catchUp: fileFields.catchUp.default(true),
  jitterMs: fileFields.jitterMs.optional(),
  enabled: fileFields.enabled.default(true),
});

/** `cron`: tasks that run by the clock. */
export const cronSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether jobs run, those of this file and those that people and agents added."),
  jitterMs: milliseconds()
    .default(0)
    .describe(
      "Jobs that are due on a whole hour begin up to this much later, each always by the same: so that they do not all begin at once.",
    ),
  jobs: z.array(jobSchema).superRefine(checkJobIds).default([]).describe("The jobs of this file."),
});

function checkJobIds(jobs: readonly { readonly id: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { id }] of jobs.entries()) {
    if (seen.has(id)) {
      context.addIssue({ code: "custom", path: [index, "id"], message: "another job has this id already" });
    }
    seen.add(id);
  }
}

/** What was left out is not there, which is not the same as undefined to a type. */
function withoutHoles({ timezone, ...schedule }: Parsed): Schedule {
  return { ...schedule, ...(timezone === undefined ? {} : { timezone }) };
}

interface Parsed {
  readonly kind: Schedule["kind"];
  readonly expr: string;
  readonly timezone?: string | undefined;
}
