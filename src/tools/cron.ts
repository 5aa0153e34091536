import type { CronEngine } from "../core/cron-port.ts";
import type { CronJob, Schedule } from "../core/cron.ts";
import type { Tool, ToolContext } from "../core/tool.ts";
import { chatOf, TARGET_PARAMETER } from "./chats.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

interface Params {
  readonly action: "list" | "add" | "run" | "pause" | "resume" | "remove";
  readonly id?: string;
  readonly schedule?: Schedule;
  readonly task?: string;
  readonly delivery?: CronJob["delivery"];
  readonly resumeContext?: boolean;
  readonly to?: string;
}

/** `cron`: tasks that run by the clock. */
export function cron(parts: ToolParts): Tool<Params> {
  return {
    name: "cron",
    description:
      "Manages tasks that you are to do by the clock: lists, adds, runs, pauses, resumes and removes them. What comes of a task goes to this chat unless another one is named.",
    parameters: {
      type: "object",
      properties: {
        action: { type: "string", enum: ["list", "add", "run", "pause", "resume", "remove"] },
        id: {
          type: "string",
          minLength: 1,
          maxLength: 100,
          description: "The task's name. For all but list.",
        },
        schedule: {
          type: "object",
          description: "For add.",
          properties: {
            kind: { type: "string", enum: ["cron", "every", "at"] },
            expr: {
              type: "string",
              minLength: 1,
              description:
                'For every: a span such as 1h or 1h30m. For cron: an expression such as "0 9 * * *". For at: a time such as 2027-01-31T09:00, or a span from now.',
            },
            timezone: { type: "string", minLength: 1, description: "For cron, such as Asia/Shanghai." },
          },
          required: ["kind", "expr"],
          additionalProperties: false,
        },
        task: { type: "string", minLength: 1, description: "For add: what you are to do then." },
        delivery: {
          type: "string",
          enum: ["announce", "direct", "silent"],
          description: "For add: the answer with the task's name (default), as it is, or not at all.",
        },
        resumeContext: {
          type: "boolean",
          description: "For add: whether a run knows of those before it. Default false.",
        },
        to: TARGET_PARAMETER,
      },
      required: ["action"],
      additionalProperties: false,
    },
    async execute(params, context) {
      if (params.action === "add") assertSchedule(params.schedule);
      const engine = parts.cron();
      if (!engine)
        throw new ToolError("Scheduling is not active in this version of the gateway. Nothing was changed.");
      return act(params, engine, context, parts);
    },
  };
}

async function act(
  params: Params,
  engine: CronEngine,
  context: ToolContext,
  parts: ToolParts,
): Promise<object> {
  const { action } = params;
  if (action === "list") return { jobs: await engine.list() };
  const id = needed(params, "id");
  if (action === "add") return { job: await engine.add(await newJob(id, params, context, parts)) };
  await engine[action](id);
  return { done: action, id };
}

async function newJob(id: string, params: Params, context: ToolContext, parts: ToolParts) {
  const { delivery, resumeContext, to } = params;
  const { address } = await chatOf(to, context, parts);
  return {
    id,
    schedule: needed(params, "schedule"),
    task: needed(params, "task"),
    ...(delivery === undefined ? {} : { delivery }),
    ...(resumeContext === undefined ? {} : { resumeContext }),
    agent: context.agent,
    to: address,
  };
}

function needed<K extends "id" | "schedule" | "task">(params: Params, key: K): NonNullable<Params[K]> {
  const value = params[key];
  if (value === undefined) throw new ToolError(`cron: "${key}" is missing; ${params.action} needs it.`);
  return value;
}

const SPAN = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;
const EXPRESSION = /^(@\w+|[\d*/,?#LW-]\S*(\s+\S+){4,5})$/;

/** The most usual mistake is the right expression under the wrong kind. */
function assertSchedule(schedule: Schedule | undefined): void {
  if (!schedule) return;
  const { kind, expr } = schedule;
  const text = expr.trim();
  if (kind === "every" && !SPAN.test(text)) {
    const hint = EXPRESSION.test(text) ? ` "${text}" is a cron expression: use kind "cron".` : "";
    throw new ToolError(`cron: schedule.expr: kind "every" takes a span such as 1h or 30m.${hint}`);
  }
  if (kind === "cron" && SPAN.test(text)) {
    throw new ToolError(`cron: schedule.expr: "${text}" is a span: use kind "every".`);
  }
}
