import type { CronJob, Schedule } from "../core/cron-job.ts";
import type {
  CronAsker,
  CronChange,
  CronEngine,
  CronJobStatus,
  CronListed,
  CronRunStatus,
  NewCronJob,
} from "../core/cron-port.ts";
import { RequestError } from "../core/errors.ts";
import type { Address } from "../core/message.ts";
import { isSameChat } from "../core/target.ts";
import type { Tool, ToolContext } from "../core/tool.ts";
import { given } from "../lib/given.ts";
import { nearest } from "../lib/nearest.ts";
import { chatOf, TARGET_PARAMETER } from "./chats.ts";
import { isOwnersTurn } from "./owners-turn.ts";
import type { ToolParts } from "./parts.ts";
import { ToolError } from "./tool-error.ts";

type Action = "list" | "add" | "update" | "run" | "pause" | "resume" | "remove" | "runs";

type Wishes = Partial<
  Pick<
    CronJob,
    | "task"
    | "kind"
    | "delivery"
    | "resumeContext"
    | "model"
    | "timeoutMs"
    | "catchUp"
    | "deleteAfterRun"
    | "enabled"
  >
>;

interface Params extends Wishes {
  readonly action: Action;
  readonly id?: string;
  readonly schedule?: Schedule;
  readonly to?: string;
}

const ACTIONS: readonly Action[] = ["list", "add", "update", "run", "pause", "resume", "remove", "runs"];
const SHOWN_RUNS = 10;

/** `cron`: tasks that run by the clock. */
export function cron(parts: ToolParts): Tool<Params> {
  return {
    name: "cron",
    description:
      'Manages tasks that you are to do by the clock, reminders among them: lists, adds, updates, runs, pauses, resumes and removes them, and shows their latest runs. What comes of a task is sent to this chat unless another one is named. For a plain reminder use kind "message": its text is sent as it is.',
    parameters: {
      type: "object",
      properties: { action: { type: "string", enum: ACTIONS }, ...PROPERTIES },
      required: ["action"],
      additionalProperties: false,
    },
    async execute(params, context) {
      const engine = parts.cron();
      if (!engine) throw new ToolError("Scheduling is not running right now. Nothing was changed.");
      return act(params, { engine, context, parts });
    },
  };
}

const PROPERTIES = {
  id: {
    type: "string",
    minLength: 1,
    maxLength: 100,
    description: "The task's name. For all but list; choose a short one for add.",
  },
  schedule: {
    type: "object",
    description: "When it runs. For add and update.",
    properties: {
      kind: { type: "string", enum: ["cron", "every", "at"] },
      expr: {
        type: "string",
        minLength: 1,
        maxLength: 200,
        description:
          'For every: a span such as 1h or 1h30m. For cron: an expression such as "0 9 * * 1-5". For at, which is once: a time such as 2027-01-31T09:00, or a span from now such as 20m.',
      },
      timezone: {
        type: "string",
        minLength: 1,
        description: "For cron and at, such as Asia/Shanghai; the machine's own when left out.",
      },
    },
    required: ["kind", "expr"],
    additionalProperties: false,
  },
  task: {
    type: "string",
    minLength: 1,
    maxLength: 20_000,
    description: "What you are to do then; with kind message, the text to send. For add and update.",
  },
  kind: {
    type: "string",
    enum: ["agent", "message"],
    description: "agent (default): you do the task then. message: the text is sent as it is.",
  },
  delivery: {
    type: "string",
    enum: ["announce", "direct", "silent"],
    description: "Your answer then with the task's name (default), as it is, or recorded only.",
  },
  resumeContext: {
    type: "boolean",
    description: "Whether a run knows of those before it. Default false.",
  },
  model: { type: "string", minLength: 1, description: "Another model for it." },
  timeoutMs: {
    type: "integer",
    minimum: 1000,
    maximum: 86_400_000,
    description: "How long a run may take; a day at most.",
  },
  catchUp: {
    type: "boolean",
    description: "Whether a time that was missed is made up for once. Default true.",
  },
  deleteAfterRun: {
    type: "boolean",
    description: "Whether it goes once it has been done. Default: true for at, else false.",
  },
  enabled: { type: "boolean", description: "Whether it runs at all. Default true." },
  to: TARGET_PARAMETER,
} as const;

/** Who asks for what, and of whom. */
interface Call {
  readonly engine: CronEngine;
  readonly context: ToolContext;
  readonly parts: ToolParts;
}

async function act(params: Params, call: Call): Promise<object> {
  const { engine } = call;
  const { action } = params;
  if (action === "list") {
    const jobs = await engine.list((job) => maySee(job, call));
    return { jobs: jobs.map(shownJob) };
  }
  const id = needed(params, "id");
  if (action === "add") return { job: shownJob(await add(id, params, call)) };
  const job = await seen(id, call);
  if (action !== "runs" && action !== "run") assertMayChange(job, call);
  switch (action) {
    case "update":
      return { job: shownJob(await engine.update(id, await changeOf(params, job, call), askerOf(call))) };
    case "runs":
      return { runs: (await engine.runs(id, SHOWN_RUNS)).map(shownRun) };
    case "run":
      return {
        started: shownRun(await engine.run(id, askerOf(call))),
        note: "Its answer goes where the task says.",
      };
    case "remove":
      await engine.remove(id);
      return { removed: id };
    default:
      return { job: shownJob(await engine[action](id)) };
  }
}

/** A call that is repeated after a crash finds its task: adding it again changes nothing. */
async function add(id: string, params: Params, call: Call): Promise<CronJobStatus> {
  const { engine, context } = call;
  const { turn: addedBy, sessionKey } = context;
  const known = await engine.find(id);
  if (known && known.addedBy === addedBy && known.task === params.task) return known;
  const { role, agentId } = await rightsOf(call);
  const asker = askerOf(call);
  const job = {
    id,
    ...given({ role, addedIn: asker === "job" ? sessionKey : undefined }),
    schedule: needed(params, "schedule"),
    task: needed(params, "task"),
    ...wishesOf(params),
    ...(await placeOf(params, call)),
    agentId,
    addedBy,
  };
  return engine.add({ chat: await chatHere(call), ...job } as NewCronJob, asker);
}

/** What is done later is done as what the agent is here: nobody gets more of it by waiting. */
async function rightsOf({ context, parts }: Call): Promise<Pick<CronJob, "role"> & { agentId: string }> {
  const role = (await parts.sessions.get(context.sessionKey))?.role;
  return { ...given({ role }), agentId: context.agent };
}

function wishesOf(params: Params): Wishes & Pick<Params, "schedule"> {
  const { action: _, id: __, to: ___, ...wishes } = params;
  return wishes;
}

async function changeOf(params: Params, job: CronListed, call: Call): Promise<CronChange> {
  const place = await placeOf(params, call);
  // The chat that is named takes the place of any other.
  const change = { ...wishesOf(params), ...place, ...(place.chat ? { to: null } : {}) };
  if (askerOf(call) === "owner") return change;
  const { role, agentId } = await rightsOf(call);
  // Only owners say where else an answer goes.
  if (job.role !== role || job.agentId !== agentId || job.to !== undefined) {
    throw new RequestError(
      "FORBIDDEN",
      `An owner made the job ${JSON.stringify(job.id)} with other rights than you have here. Ask an owner to change it, or add one of your own.`,
    );
  }
  // Also if an owner changes it at this very moment.
  return { ...change, role: role ?? null, agentId, to: null };
}

/** Where its answer goes, if another chat was named. */
async function placeOf({ to }: Params, { context, parts }: Call): Promise<{ readonly chat?: Address }> {
  return to === undefined ? {} : { chat: (await chatOf(to, context, parts)).address };
}

/** The chat of the turn; nothing where nobody wrote in one, and then it is an owner's. */
async function chatHere({ context }: Call): Promise<Address | undefined> {
  return context.chat.scope === "job" ? undefined : context.chat;
}

function askerOf({ context, parts }: Call): CronAsker {
  if (isOwnersTurn(context, parts)) return "owner";
  const messages = parts.turn(context.sessionKey)?.messages ?? [];
  return messages.some(({ errand }) => errand !== undefined) ? "job" : "guest";
}

/**
 * Who an owner talks to may see and run everything. Elsewhere a chat has its own tasks, and a task itself: nobody is
 * told of another chat's.
 */
function maySee(job: CronListed, call: Call): boolean {
  const { context, parts } = call;
  if (isOwnersTurn(context, parts) || isItself(job, call)) return true;
  return job.origin === "people" && job.chat !== undefined && isSameChat(job.chat, context.chat);
}

const isItself = ({ id }: CronListed, { context, parts }: Call): boolean =>
  (parts.turn(context.sessionKey)?.messages ?? []).some(
    ({ errand }) => errand?.by === "cron" && errand.name === id,
  );

/** What nobody wrote may carry a stranger's words, and answers in a chat of people: their tasks stay as they are. */
function assertMayChange(job: CronListed, call: Call): void {
  if (askerOf(call) !== "job" || isItself(job, call) || job.addedIn === call.context.sessionKey) return;
  throw new RequestError(
    "FORBIDDEN",
    `The job ${JSON.stringify(job.id)} is not one of yours: nobody has written this, so it can change only what it has added itself. Say in your answer what should be changed.`,
  );
}

/** The job of that id. One that may not be seen is as one that is not there. */
async function seen(id: string, call: Call): Promise<CronJobStatus> {
  const { engine, context, parts } = call;
  const job = await engine.find(id);
  if (job && maySee(job, call)) return job;
  if (isOwnersTurn(context, parts)) return engine.get(id);
  const own = await engine.list((one) => maySee(one, call));
  const close = nearest(
    id,
    own.map((one) => one.id),
  );
  const hint = close === undefined ? "" : ` Did you mean ${JSON.stringify(close)}?`;
  throw new RequestError("NOT_FOUND", `There is no scheduled job ${JSON.stringify(id)} of this chat.${hint}`);
}

/** A task as the model reads it: without what is usual, and with its times. */
function shownJob(status: CronJobStatus): object {
  const { chat: _, addedBy: __, addedIn: ___, nextRunAtMs, lastRunAtMs, ...job } = status;
  return {
    ...job,
    ...(nextRunAtMs === undefined ? {} : { nextRun: new Date(nextRunAtMs).toISOString() }),
    ...(lastRunAtMs === undefined ? {} : { lastRun: new Date(lastRunAtMs).toISOString() }),
  };
}

function shownRun({ atMs, startedAtMs, endedAtMs, ...run }: CronRunStatus): object {
  return {
    due: new Date(atMs).toISOString(),
    started: new Date(startedAtMs).toISOString(),
    ...(endedAtMs === undefined ? {} : { ended: new Date(endedAtMs).toISOString() }),
    ...run,
  };
}

function needed<K extends "id" | "schedule" | "task">(params: Params, key: K): NonNullable<Params[K]> {
  const value = params[key];
  if (value === undefined) throw new ToolError(`cron: "${key}" is missing; ${params.action} needs it.`);
  return value;
}
