import { localTimeIn } from "../lib/local-time.ts";
import { shownSpan } from "../lib/span.ts";
import type { CronEnd, CronJob, CronRunName, CronWork } from "./cron-job.ts";
import { type Errand, type ErrandName, errandSession, idOfErrand, type OverOutcome } from "./errand.ts";
import type { Address } from "./message.ts";
import { hostZone, shownSchedule } from "./schedule.ts";
import { isNothingToSay } from "./silence.ts";
import { cutText } from "../lib/cut-text.ts";

/** What is kept of an answer: the whole of it is in the session's transcript, and where it was said. */
const LONGEST_ANSWER = 2000;
/** Begun later than this, the agent is told so. */
const LATE_MS = 60_000;

/** A run that begins now. */
export interface Beginning extends CronRunName {
  readonly startedAtMs: number;
  readonly missed: number;
}

/** What a run does, once and for all: `to` is where its answer goes now. */
export function workOf(
  job: CronJob,
  run: Beginning & { readonly isFirst: boolean },
  agent: string,
  to: Address | undefined,
): CronWork {
  const name = errandNameOf(run);
  const place = to === undefined ? {} : { to };
  if (job.kind === "message") {
    const isNoted = job.delivery === "announce";
    return { kind: "say", text: job.task, key: idOfErrand(name), isNoted, ...place };
  }
  const { role, model, timeoutMs, delivery, resumeContext } = job;
  const errand: Errand = {
    by: "cron",
    name: job.id,
    session: errandSession(agent, { by: "cron", name: job.id }),
    about: aboutOf(job, run),
    // What is there at first is of another job that had the same id, and perhaps was somebody else's.
    isFresh: !resumeContext || run.isFirst,
    ...(role === undefined ? {} : { role }),
    ...(model === undefined ? {} : { model }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    delivery,
    ...place,
  };
  return { kind: "ask", request: { id: name.id, text: job.task, errand } };
}

/** What a run is called as an errand; a message that it sends is keyed by it. */
export function errandNameOf({ job, atMs, attempt, isManual }: CronRunName): ErrandName {
  const again = attempt === 1 ? "" : `.${attempt}`;
  return { by: "cron", name: job, id: `${isManual ? "asked-" : ""}${atMs}${again}` };
}

function aboutOf({ id, schedule }: CronJob, run: Beginning): string {
  const zone = ("timezone" in schedule ? schedule.timezone : undefined) ?? hostZone();
  const when = localTimeIn(run.atMs, zone);
  const what = `This is the scheduled task ${JSON.stringify(id)} (${shownSchedule(schedule)}), which nobody wrote just now.`;
  if (run.isManual) return `${what} Somebody had it run at ${when} (${zone}).`;
  const lateMs = run.startedAtMs - run.atMs;
  const late = lateMs > LATE_MS ? `, and is done ${shownSpan(lateMs)} late` : "";
  const missed = run.missed > 0 ? `; ${run.missed} earlier times were missed` : "";
  return `${what} It was due at ${when} (${zone})${late}${missed}.`;
}

/** What came of asking the agent. `key`: under that it is on its way to the chat, or there. */
export function endOfAsking(
  { errand }: { readonly errand: Errand },
  outcome: OverOutcome,
  key: string | undefined,
  nowMs: number,
): CronEnd {
  const { answer = "", error, endedAtMs = nowMs, state } = outcome;
  if (state !== "done") {
    const said = state === "cancelled" ? {} : { error: answer === "" ? (error ?? "It failed.") : answer };
    return { state, endedAtMs, delivery: "nothing", ...said };
  }
  const place = key !== undefined && errand.to ? { to: errand.to, key } : {};
  const delivery = deliveryOf(errand, answer, key !== undefined);
  return { state, endedAtMs, answer: cut(answer), delivery, ...place };
}

function deliveryOf({ delivery, to }: Errand, answer: string, isPosted: boolean): CronEnd["delivery"] {
  if (isPosted && to) return "posted";
  if (delivery === "silent") return "silent";
  return isNothingToSay(answer) ? "nothing" : "kept";
}

/** What came of a message: whether it is on its way. */
export function endOfSaying(
  { text, to, key }: CronWork & { readonly kind: "say" },
  isPosted: boolean,
  nowMs: number,
): CronEnd {
  const place = isPosted && to ? { to, key } : {};
  return {
    state: "done",
    endedAtMs: nowMs,
    answer: cut(text),
    delivery: isPosted ? "posted" : "kept",
    ...place,
  };
}

const cut = (text: string) => cutText(text, LONGEST_ANSWER);
