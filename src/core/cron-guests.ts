import type { CronJob } from "./cron-job.ts";
import { RequestError } from "./errors.ts";
import type { Address } from "./message.ts";
import { nextTimes, type Timetable } from "./schedule.ts";
import { isInChat } from "./target.ts";

/** So many jobs of one chat are plenty for whoever does not own the gateway. */
const MOST_IN_CHAT = 20;
/** What repeats more often is an owner's to want: each time may cost money. */
const LEAST_SPAN_MS = 60_000;
/** Of three times of a cron expression that has more than one second of a minute, two are in the same minute. */
const LOOKED_AT = 3;

/** Throws a `RequestError` if the times repeat more often than somebody may have it who is no owner. */
export function assertRare(times: Timetable, nowMs: number, asker: "guest" | "job"): void {
  // What a job wants done next follows on the job itself.
  const before = asker === "job" ? [nowMs] : [];
  const coming = [...before, ...nextTimes(times, nowMs, LOOKED_AT)];
  const isOften = coming.some(
    (at, index) => at - (coming[index - 1] ?? Number.NEGATIVE_INFINITY) < LEAST_SPAN_MS,
  );
  if (isOften) throw tooOften();
}

/** The same for a job that another one wants run now; `lastMs` is when it was due last. */
export function assertRested(lastMs: number | undefined, nowMs: number): void {
  if (lastMs !== undefined && Math.abs(nowMs - lastMs) < LEAST_SPAN_MS) throw tooOften();
}

const tooOften = () =>
  new RequestError(
    "FORBIDDEN",
    "That is too often: a minute is the shortest span for a job that no owner asks for.",
  );

/**
 * Throws a `RequestError` if a chat has as many jobs as somebody may add who is no owner, whoever has added them.
 * Those that an agent has added where there was no chat are together as those of one.
 */
export function assertRoom({ chat }: Pick<CronJob, "chat">, others: readonly CronJob[]): void {
  if (others.filter((other) => isOf(other, chat)).length < MOST_IN_CHAT) return;
  throw new RequestError(
    "FORBIDDEN",
    `This chat has ${MOST_IN_CHAT} jobs already, which is the most for whoever is no owner. Remove one first, or let an owner add it.`,
  );
}

function isOf({ chat, addedBy }: CronJob, place: Address | undefined): boolean {
  if (!place) return !chat && addedBy !== undefined;
  return chat !== undefined && isInChat(chat, place);
}
