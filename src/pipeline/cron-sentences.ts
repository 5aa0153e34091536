import type { CronNews } from "../core/cron.ts";
import { localTimeIn } from "../lib/local-time.ts";
import { nameInMarkdown } from "../lib/shown-name.ts";
import { oneLine } from "./chat-context.ts";

/** What an owner is told of scheduled jobs. `job` is shown as it is. */
export interface CronSentences {
  readonly failing: (job: string, failures: number, reason: string, again: string) => string;
  readonly paused: (job: string, failures: number, reason: string) => string;
  readonly recovered: (job: string) => string;
  readonly noReason: string;
}

export const cronSentencesEn: CronSentences = {
  failing: (job, failures, reason, again) =>
    `The scheduled job ${job} has failed ${failures} times in a row: ${reason} It is tried again at ${again}.`,
  paused: (job, failures, reason) =>
    `The scheduled job ${job} has failed ${failures} times in a row and is paused now: ${reason} Once that is mended, let it go on with /cron resume.`,
  recovered: (job) => `The scheduled job ${job} works again.`,
  noReason: "no reason was given.",
};

export const cronSentencesZh: CronSentences = {
  failing: (job, failures, reason, again) =>
    `定时任务 ${job} 已连续失败 ${failures} 次:${reason} 将在 ${again} 重试。`,
  paused: (job, failures, reason) =>
    `定时任务 ${job} 已连续失败 ${failures} 次,现已暂停:${reason} 解决问题后,请用 /cron resume 恢复。`,
  recovered: (job) => `定时任务 ${job} 已恢复正常。`,
  noReason: "没有给出原因。",
};

/** What an owner is told of the job `id`; times as the clocks of `timezone` show them. */
export function cronNews(
  id: string,
  news: "failing" | "paused" | "recovered",
  { failures, error, againAtMs = 0 }: Omit<CronNews, "key">,
  timezone: string,
  words: CronSentences,
): string {
  const name = nameInMarkdown(id, "?");
  const reason = error === undefined ? words.noReason : oneLine(error);
  if (news === "recovered") return words.recovered(name);
  if (news === "paused") return words.paused(name, failures, reason);
  return words.failing(name, failures, reason, localTimeIn(againAtMs, timezone));
}
