import { z } from "zod";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { stateLayout } from "../../core/state-dir.ts";
import { shownName } from "../../lib/shown-name.ts";
import { CliError } from "../cli-error.ts";
import { callGateway } from "../client.ts";
import { authFrame, readCredential, secretOf } from "../credential.ts";
import { findRunning } from "../running-gateway.ts";
import { startedAs } from "../started-as.ts";

const jobsSchema = z.object({
  jobs: z.array(
    z.looseObject({
      id: z.string(),
      state: z.string(),
      failures: z.number().optional(),
      lastError: z.string().optional(),
      pausedBy: z.string().optional(),
      isUndelivered: z.boolean().optional(),
    }),
  ),
});

type Job = z.output<typeof jobsSchema>["jobs"][number];

/** Scheduled jobs of the running gateway that need somebody: those that fail, are paused, or answer nobody. */
export async function checkCron({ config }: LoadedConfig): Promise<readonly Finding[]> {
  const layout = stateLayout(config.gateway.stateDir);
  const credential = await readCredential(config, layout).catch(() => undefined);
  const running = await findRunning(layout, secretOf(credential));
  if (running === undefined) return [];
  try {
    const gateway = { url: running.run.url, auth: authFrame(credential) };
    const { jobs } = jobsSchema.parse(await callGateway(gateway, "cron.list", {}));
    return jobs.length === 0 ? [] : [summaryOf(jobs), ...jobs.flatMap(findingsOf)];
  } catch (error) {
    // That the gateway cannot be asked is a finding of its own.
    if (error instanceof CliError) return [];
    throw error;
  }
}

function summaryOf(jobs: readonly Job[]): Finding {
  const waiting = jobs.filter(({ state }) => state === "waiting" || state === "running").length;
  const count = jobs.length === 1 ? "1 job" : `${jobs.length} jobs`;
  return { level: "ok", subject: "cron", text: `${count}, ${waiting} with times to come` };
}

function findingsOf({ id, state, failures, lastError, pausedBy, isUndelivered }: Job): readonly Finding[] {
  const subject = "cron";
  const name = shownName(id, "?");
  const why = lastError === undefined ? "" : `: ${lastError}`;
  const found: Finding[] = [];
  if (state === "paused") {
    const text =
      pausedBy === "failures" ? `${name} failed again and again and is paused${why}` : `${name} is paused`;
    const level = pausedBy === "failures" ? "warning" : "note";
    found.push({ level, subject, text, fix: `Let it go on with: ${startedAs()} cron resume ${id}` });
  } else if (failures !== undefined) {
    const text = `${name} has failed ${failures === 1 ? "once" : `${failures} times in a row`}${why}`;
    found.push({
      level: "warning",
      subject,
      text,
      fix: `See how it went with: ${startedAs()} cron runs ${id}`,
    });
  }
  if (state === "hidden") {
    const text = `${name} was added and does not run: the configuration has a job of the same name`;
    found.push({ level: "note", subject, text, fix: "Give one of them another name." });
  }
  if (isUndelivered) {
    const text = `what ${name} said last arrived nowhere`;
    const fix = `Name a chat with: ${startedAs()} cron update ${id} --to <target>; or name an owner in "owners".`;
    found.push({ level: "warning", subject, text, fix });
  }
  return found;
}
