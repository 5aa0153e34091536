import type { Command } from "commander";
import type { JobOptions, ScheduleOptions } from "./cron.ts";
import type { ConfigOptions } from "./load-config.ts";

type Done = (code: number) => void;

/** `pi-gw cron …`: the jobs of the running gateway. `common` adds what every command has. */
export function addCron(program: Command, done: Done, common: (command: Command) => Command): void {
  const cron = program.command("cron").description("jobs that run by the clock");
  const command = (name: string, summary: string) => common(cron.command(name).description(summary));
  const withId = (name: string, summary: string) =>
    command(name, summary).argument("<id>", "the job, as the list names it");

  command("list", "every job, when it runs next, and what is wrong with it").action(
    async (options: ConfigOptions) => done(await (await import("./cron.ts")).listJobs(options)),
  );
  withJob(command("add", "add a job").argument("<id>", "its name")).action(
    async (id: string, options: JobOptions) => done(await (await import("./cron.ts")).addJob(id, options)),
  );
  withJob(withId("update", "change a job that was added")).action(async (id: string, options: JobOptions) =>
    done(await (await import("./cron.ts")).updateJob(id, options)),
  );
  withId("run", "run it now, beside its schedule").action(async (id: string, options: ConfigOptions) =>
    done(await (await import("./cron.ts")).runJob(id, options)),
  );
  for (const verb of ["pause", "resume"] as const) {
    const summary = verb === "pause" ? "let it run no more for now" : "let it run again";
    withId(verb, summary).action(async (id: string, options: ConfigOptions) =>
      done(await (await import("./cron.ts")).standJob(verb, id, options)),
    );
  }
  withId("remove", "take a job away that was added").action(async (id: string, options: ConfigOptions) =>
    done(await (await import("./cron.ts")).removeJob(id, options)),
  );
  withId("runs", "its latest runs, and what came of them")
    .option("--limit <number>", "so many", "20")
    .action(async (id: string, options: ConfigOptions & { readonly limit?: string }) =>
      done(await (await import("./cron.ts")).listRuns(id, options)),
    );
  withSchedule(command("next", "the next five times of a schedule")).action(
    async (options: ScheduleOptions) => done(await (await import("./cron.ts")).showNext(options)),
  );
}

function withSchedule(command: Command): Command {
  return command
    .option("--cron <expression>", 'by the clock, such as "0 9 * * 1-5"')
    .option("--every <span>", "again and again, such as 1h30m")
    .option("--at <time>", "once: 2027-01-31T09:00, or a span from now such as 20m")
    .option("--timezone <zone>", "for --cron and --at, such as Asia/Shanghai");
}

function withJob(command: Command): Command {
  return withSchedule(command)
    .option("--task <text>", "what the agent is asked to do")
    .option("--message <text>", "a text that is sent as it is, without an agent")
    .option("--to <target>", "where the answer goes, such as telegram:123456789; the owner when omitted")
    .option("--delivery <how>", "announce, direct or silent")
    .option("--agent <id>", "who runs it")
    .option("--role <name>", "what the agent is in it")
    .option("--model <name>", "the model it is run with")
    .option("--timeout-ms <number>", "how long a run may take")
    .option("--resume-context", "a run knows of those before it")
    .option("--no-resume-context", "each run starts afresh")
    .option("--catch-up", "make up once for times that were missed")
    .option("--no-catch-up", "leave out times that were missed")
    .option("--delete-after-run", "it goes once it has been done")
    .option("--no-delete-after-run", "it stays")
    .option("--enabled", "it runs")
    .option("--no-enabled", "it does not run");
}
