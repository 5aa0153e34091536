import { z } from "zod";
import { jobFields, jobIdSchema, scheduleSchema } from "../../core/config-sections/cron.ts";
import type { CronChange, CronEngine, NewCronJob } from "../../core/cron-port.ts";
import type { Schedule } from "../../core/schedule.ts";
import { anyParams, type MethodTable } from "../methods.ts";

const MOST_RUNS = 2000;

/** So many of the latest runs. */
export const runsLimit = z.int().min(1).max(MOST_RUNS).default(50);

type Fields = typeof jobFields;

/** Each field, or nothing, or `null` to take it away. */
const changeable = Object.fromEntries(
  Object.entries(jobFields).map(([name, schema]) => [name, schema.nullish()]),
) as { [Name in keyof Fields]: z.ZodOptional<z.ZodNullable<Fields[Name]>> };

const idSchema = z.looseObject({ id: z.string().min(1).max(100) });

/** A job as somebody asks for it; what is left out is usual. */
export const newJobSchema = z
  .strictObject({ ...changeable, id: jobIdSchema, schedule: jobFields.schedule, task: jobFields.task })
  .transform((job) => job as NewCronJob);

/** Without these there is no job. */
const needed = { schedule: jobFields.schedule.optional(), task: jobFields.task.optional() };

/** What is to be another one of a job. */
export const jobChangeSchema = z
  .strictObject({ ...changeable, ...needed })
  .transform((change) => change as CronChange);

const updateSchema = z.strictObject({ ...changeable, ...needed, id: idSchema.shape.id });
const runsSchema = z.looseObject({ id: idSchema.shape.id, limit: runsLimit });
const previewSchema = z.looseObject({ schedule: scheduleSchema });

/** Registers `cron.*`: jobs that run by the clock, those of the configuration and those of people and agents. */
export function registerCronMethods(methods: MethodTable, engine: CronEngine): void {
  methods.register("cron.list", {
    access: "admin",
    params: anyParams,
    run: async () => ({ jobs: await engine.list() }),
  });
  methods.register("cron.add", {
    access: "admin",
    params: newJobSchema,
    run: async (job) => ({ job: await engine.add(job) }),
  });
  methods.register("cron.update", {
    access: "admin",
    params: updateSchema,
    run: async ({ id, ...change }) => ({ job: await engine.update(id, change as CronChange) }),
  });
  for (const verb of ["get", "pause", "resume"] as const) {
    methods.register(`cron.${verb}`, {
      access: "admin",
      params: idSchema,
      run: async ({ id }) => ({ job: await engine[verb](id) }),
    });
  }
  methods.register("cron.run", {
    access: "admin",
    params: idSchema,
    run: async ({ id }) => ({ run: await engine.run(id) }),
  });
  methods.register("cron.remove", {
    access: "admin",
    params: idSchema,
    run: async ({ id }) => {
      await engine.remove(id);
      return { id };
    },
  });
  methods.register("cron.runs", {
    access: "admin",
    params: runsSchema,
    run: async ({ id, limit }) => ({ runs: await engine.runs(id, limit) }),
  });
  methods.register("cron.next", {
    access: "admin",
    params: previewSchema,
    run: ({ schedule }) => ({ next: engine.preview(schedule as Schedule) }),
  });
}
