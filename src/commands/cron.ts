import type { Command, CommandCall } from "../core/command.ts";
import type { CronEngine, CronJobStatus, CronRunStatus, NewCronJob } from "../core/cron-port.ts";
import { RequestError } from "../core/errors.ts";
import { type Schedule, shownSchedule } from "../core/schedule.ts";
import { isSameChat } from "../core/target.ts";
import { given } from "../lib/given.ts";
import { isoTimeIn } from "../lib/local-time.ts";
import { nameInMarkdown } from "../lib/shown-name.ts";
import { builtin } from "./conversation.ts";
import { asTyped } from "./typed.ts";
import type { CommandWords, CronWords } from "./words.ts";

const SHOWN_JOBS = 30;
const SHOWN_RUNS = 5;
const LONGEST_ANSWER = 200;

/** `/cron`: the scheduled jobs of this chat, of all chats for owners; owners add, run, pause, resume and remove them. */
export function cronCommand(
  engine: () => CronEngine,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("cron", words, async (call) => {
    const said = words().cron;
    try {
      await call.reply(await answerTo(call, { engine: engine(), said, prefix: prefix(), words: words() }));
    } catch (error) {
      if (error instanceof RequestError) return call.reply(error.message);
      throw error;
    }
  });
}

interface Desk {
  readonly engine: CronEngine;
  readonly said: CronWords;
  readonly prefix: string;
  readonly words: CommandWords;
}

async function answerTo(call: CommandCall, desk: Desk): Promise<string> {
  const { engine, said, prefix, words } = desk;
  const [, verb = "", id = "", rest = ""] = /^(\S*)\s*(\S*)\s*([\s\S]*)$/.exec(call.args) ?? [];
  const what = verb.toLowerCase();
  if (what === "" || what === "list") return listOf(await engine.list(maySee(call)), call, desk);
  if (what === "runs" && id !== "") {
    const job = await engine.find(id);
    if (!job || !maySee(call)(job)) return said.unknown(nameInMarkdown(id, "?"));
    return runsOf(await engine.runs(id, SHOWN_RUNS), id, said);
  }
  if (!CHANGES.some((known) => known === what) || id === "")
    return said.notUnderstood(asTyped(call.args), prefix);
  if (!call.isOwner) return words.forOwners(`${prefix}cron ${what}`);
  return change(what as (typeof CHANGES)[number], id, rest, call, desk);
}

const CHANGES = ["add", "run", "pause", "resume", "remove"] as const;

async function change(
  what: (typeof CHANGES)[number],
  id: string,
  rest: string,
  call: CommandCall,
  { engine, said, prefix }: Desk,
): Promise<string> {
  const name = nameInMarkdown(id, "?");
  switch (what) {
    case "add": {
      const job = readJob(id, rest);
      if (!job) return said.howToAdd(prefix);
      const known = await engine.find(id);
      // The command runs again after a crash.
      if (known?.addedBy === call.message.id) return said.added(name, known.nextTimes);
      const { address: chat, id: addedBy } = call.message;
      // What is done later is done as what the agent is in this chat.
      const rights = { agentId: call.agent, ...given({ role: call.role }) };
      const added = await engine.add({ ...job, chat, addedBy, ...rights });
      return said.added(name, added.nextTimes);
    }
    case "run":
      await engine.run(id);
      return said.started(name);
    case "remove":
      await engine.remove(id);
      return said.removed(name);
    default: {
      const { nextTimes } = await engine[what](id);
      return what === "pause" ? said.paused(name) : said.resumed(name, nextTimes);
    }
  }
}

/** `tea at 20m Tea is ready`, `report cron "0 9 * * 1-5" Write the report`. */
export function readJob(id: string, text: string): NewCronJob | undefined {
  const [, kind, quoted, word, task] =
    /^(cron|every|at)\s+(?:["“]([^"”]+)["”]|([^"“\s]\S*))\s+(\S[\s\S]*)$/i.exec(text) ?? [];
  const expr = quoted ?? word;
  if (kind === undefined || expr === undefined || task === undefined) return undefined;
  return { id, schedule: { kind: kind.toLowerCase() as Schedule["kind"], expr }, task };
}

/** Nobody is told of another chat's jobs but owners. */
const maySee =
  ({ isOwner, message }: CommandCall) =>
  ({ chat }: Pick<CronJobStatus, "chat">): boolean =>
    isOwner || (chat !== undefined && isSameChat(chat, message.address));

function listOf(jobs: readonly CronJobStatus[], { isOwner }: CommandCall, { said, prefix }: Desk): string {
  if (jobs.length === 0) return said.none;
  const lines = jobs.slice(0, SHOWN_JOBS).map((job) => `- ${lineOf(job, said)}`);
  const more = jobs.length > SHOWN_JOBS ? [said.more(jobs.length - SHOWN_JOBS)] : [];
  return [`**${said.title}**`, lines.join("\n"), ...more, ...(isOwner ? [said.howTo(prefix)] : [])].join(
    "\n\n",
  );
}

function lineOf(job: CronJobStatus, said: CronWords): string {
  const { id, schedule, state, nextTimes, failures, isUndelivered } = job;
  const next = nextTimes[0] === undefined ? "" : `, ${said.next(nextTimes[0])}`;
  const failing = failures === undefined ? "" : `, ${said.failing(failures)}`;
  const lost = isUndelivered ? `, ${said.undelivered}` : "";
  return `${nameInMarkdown(id, "?")}: \`${asTyped(shownSchedule(schedule))}\`, ${said.states[state]}${next}${failing}${lost}`;
}

function runsOf(runs: readonly CronRunStatus[], id: string, said: CronWords): string {
  if (runs.length === 0) return said.noRuns(nameInMarkdown(id, "?"));
  return runs
    .map(({ atMs, state, error, answer = "" }) => {
      const text = asLine(error ?? answer);
      const at = isoTimeIn(atMs, new Intl.DateTimeFormat().resolvedOptions().timeZone);
      return `- ${at}: ${said.runStates[state]}${text === "" ? "" : ` – ${text}`}`;
    })
    .join("\n");
}

function asLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return flat.length > LONGEST_ANSWER ? `${flat.slice(0, LONGEST_ANSWER)}…` : flat;
}
