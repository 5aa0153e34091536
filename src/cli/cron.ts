import pc from "picocolors";
import { z } from "zod";
import { isoTimeIn } from "../lib/local-time.ts";
import { shownName } from "../lib/shown-name.ts";
import { CliError } from "./cli-error.ts";
import { callGateway } from "./client.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { findGateway } from "./find-gateway.ts";
import type { ConfigOptions } from "./load-config.ts";
import { startedAs } from "./started-as.ts";

const jobSchema = z.looseObject({
  id: z.string(),
  origin: z.enum(["config", "people"]),
  state: z.string(),
  schedule: z.looseObject({ kind: z.string(), expr: z.string(), timezone: z.string().optional() }),
  task: z.string(),
  nextTimes: z.array(z.string()),
  nextRunAtMs: z.number().optional(),
  lastRunAtMs: z.number().optional(),
  lastState: z.string().optional(),
  lastError: z.string().optional(),
  isUndelivered: z.boolean().optional(),
  failures: z.number().optional(),
  pausedBy: z.enum(["person", "failures"]).optional(),
});

const runSchema = z.looseObject({
  atMs: z.number(),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  attempt: z.number(),
  isManual: z.boolean(),
  missed: z.number().optional(),
  state: z.string(),
  answer: z.string().optional(),
  error: z.string().optional(),
  delivery: z.string().optional(),
  to: z.string().optional(),
});

type Job = z.output<typeof jobSchema>;
type Run = z.output<typeof runSchema>;

/** When a job runs: one of the three. */
export interface ScheduleOptions extends ConfigOptions {
  readonly cron?: string;
  readonly every?: string;
  readonly at?: string;
  readonly timezone?: string;
}

export interface JobOptions extends ScheduleOptions {
  readonly task?: string;
  readonly message?: string;
  readonly to?: string;
  readonly delivery?: string;
  readonly agent?: string;
  readonly role?: string;
  readonly model?: string;
  readonly timeoutMs?: string;
  readonly resumeContext?: boolean;
  readonly catchUp?: boolean;
  readonly deleteAfterRun?: boolean;
  readonly enabled?: boolean;
}

/** `pi-gw cron list`: every job, when it runs next, and what is wrong with it. */
export async function listJobs(options: ConfigOptions): Promise<ExitCode> {
  const { jobs } = z
    .object({ jobs: z.array(jobSchema) })
    .parse(await callGateway(await findGateway(options), "cron.list", {}));
  if (jobs.length === 0) {
    console.log(`There are no scheduled jobs. Add one with: ${startedAs()} cron add`);
  }
  for (const line of jobs.flatMap(linesOf)) console.log(line);
  return EXIT.ok;
}

/** `pi-gw cron add <id>`: a job, with its next times. */
export async function addJob(id: string, options: JobOptions): Promise<ExitCode> {
  const schedule = scheduleOf(options);
  if (!schedule) throw usage("say when: --cron, --every or --at");
  const fields = fieldsOf(options);
  if (fields["task"] === undefined)
    throw usage("say what: --task for the agent, or --message to send a text");
  return showJob("cron.add", { id, schedule, ...fields }, options);
}

/** `pi-gw cron update <id>`: changes what is named. */
export async function updateJob(id: string, options: JobOptions): Promise<ExitCode> {
  const schedule = scheduleOf(options);
  const change = { ...(schedule ? { schedule } : {}), ...fieldsOf(options) };
  if (Object.keys(change).length === 0) throw usage("say what is to be another: nothing was named");
  return showJob("cron.update", { id, ...change }, options);
}

/** `pi-gw cron pause <id>` and `resume <id>`. */
export function standJob(verb: "pause" | "resume", id: string, options: ConfigOptions): Promise<ExitCode> {
  return showJob(`cron.${verb}`, { id }, options);
}

/** `pi-gw cron run <id>`: now, beside its schedule. */
export async function runJob(id: string, options: ConfigOptions): Promise<ExitCode> {
  await callGateway(await findGateway(options), "cron.run", { id });
  console.log(`${shownName(id, "?")} runs now. How it went: ${startedAs()} cron runs ${id}`);
  return EXIT.ok;
}

/** `pi-gw cron remove <id>`. */
export async function removeJob(id: string, options: ConfigOptions): Promise<ExitCode> {
  await callGateway(await findGateway(options), "cron.remove", { id });
  console.log(`${shownName(id, "?")} is gone.`);
  return EXIT.ok;
}

/** `pi-gw cron runs <id>`: its latest runs, latest first. */
export async function listRuns(
  id: string,
  { limit, ...options }: ConfigOptions & { readonly limit?: string },
): Promise<ExitCode> {
  const params = { id, ...(limit === undefined ? { limit: 20 } : { limit: Number(limit) }) };
  const { runs } = z
    .object({ runs: z.array(runSchema) })
    .parse(await callGateway(await findGateway(options), "cron.runs", params));
  if (runs.length === 0) console.log(`${shownName(id, "?")} has not run yet.`);
  for (const line of runs.flatMap(runLines)) console.log(line);
  return EXIT.ok;
}

/** `pi-gw cron next`: the next five times of a schedule, before it is added. */
export async function showNext(options: ScheduleOptions): Promise<ExitCode> {
  const schedule = scheduleOf(options);
  if (!schedule) throw usage("say when: --cron, --every or --at");
  const { next } = z
    .object({ next: z.array(z.string()) })
    .parse(await callGateway(await findGateway(options), "cron.next", { schedule }));
  for (const time of next) console.log(time);
  return EXIT.ok;
}

async function showJob(method: string, params: object, options: ConfigOptions): Promise<ExitCode> {
  const answer = await callGateway(await findGateway(options), method, { ...params });
  const { job } = z.object({ job: jobSchema }).parse(answer);
  for (const line of linesOf(job)) console.log(line);
  for (const time of job.nextTimes) console.log(`    ${pc.dim(time)}`);
  return EXIT.ok;
}

function scheduleOf({ cron, every, at, timezone }: ScheduleOptions): object | undefined {
  const given = Object.entries({ cron, every, at }).filter(([, expr]) => expr !== undefined);
  if (given.length > 1) throw usage("one of --cron, --every and --at is enough");
  const [kind, expr] = given[0] ?? [];
  if (kind === undefined) return undefined;
  return { kind, expr, ...(timezone === undefined || kind === "every" ? {} : { timezone }) };
}

function fieldsOf(options: JobOptions): Record<string, unknown> {
  const { task, message, to, delivery, agent: agentId, role, model, timeoutMs } = options;
  if (task !== undefined && message !== undefined) throw usage("either --task or --message");
  const { resumeContext, catchUp, deleteAfterRun, enabled } = options;
  const fields = {
    ...(message === undefined ? { task } : { task: message, kind: "message" }),
    to,
    delivery,
    agentId,
    role,
    model,
    timeoutMs: timeoutMs === undefined ? undefined : Number(timeoutMs),
    resumeContext,
    catchUp,
    deleteAfterRun,
    enabled,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const usage = (sentence: string) =>
  new CliError(EXIT.usage, `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`);

function linesOf(job: Job): string[] {
  const { id, schedule, origin, lastError, task } = job;
  const { kind, expr, timezone } = schedule;
  const when = `${kind === "cron" ? "" : `${kind} `}${expr}${timezone === undefined ? "" : ` (${timezone})`}`;
  const file = origin === "config" ? pc.dim("  of the configuration file") : "";
  return [
    `${pc.bold(shownName(id, "?"))}  ${when}  ${standingOf(job)}${file}`,
    `    ${pc.dim(oneLine(task))}`,
    ...(lastError === undefined ? [] : [`    ${oneLine(lastError)}`]),
  ];
}

function standingOf({ state, nextRunAtMs, pausedBy, failures, isUndelivered, lastState }: Job): string {
  const next = nextRunAtMs === undefined ? "" : `, next ${timeOf(nextRunAtMs)}`;
  const failing = failures === undefined ? "" : pc.red(`, failed ${failures} times in a row`);
  const lost = isUndelivered ? pc.yellow(", its answer arrived nowhere") : "";
  const why = pausedBy === "failures" ? " after failures" : "";
  const last = state === "finished" && lastState !== undefined ? ` (${lastState})` : "";
  const shown = state === "paused" ? pc.yellow(`paused${why}`) : state;
  return `${shown}${last}${next}${failing}${lost}`;
}

function runLines(run: Run): string[] {
  const { atMs, startedAtMs, endedAtMs, attempt, isManual, missed = 0, state, answer, error } = run;
  const took =
    endedAtMs === undefined ? "" : `, ${Math.max(0, Math.round((endedAtMs - startedAtMs) / 1000))} s`;
  const facts = [
    ...(isManual ? ["asked for"] : []),
    ...(attempt > 1 ? [`try ${attempt}`] : []),
    ...(missed > 0 ? [`for ${missed} more that were missed`] : []),
    ...(run.delivery === undefined
      ? []
      : [run.to === undefined ? run.delivery : `${run.delivery} to ${run.to}`]),
  ];
  const shown = state === "failed" ? pc.red(state) : state;
  const more = facts.length === 0 ? "" : `  (${facts.join(", ")})`;
  const said = error ?? answer;
  return [
    `${timeOf(atMs)}  ${shown}${took}${more}`,
    ...(said === undefined || said === "" ? [] : [`    ${pc.dim(oneLine(said))}`]),
  ];
}

const timeOf = (ms: number) => isoTimeIn(ms, new Intl.DateTimeFormat().resolvedOptions().timeZone);

const LONGEST_LINE = 160;

function oneLine(text: string): string {
  const flat = text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return flat.length > LONGEST_LINE ? `${flat.slice(0, LONGEST_LINE)}…` : flat;
}
