import { afterEach, beforeEach, expect, test } from "bun:test";
import { registerCronMethods } from "../../../src/ws/methods/cron.ts";
import { MethodTable } from "../../../src/ws/methods.ts";
import { CronWorld } from "../../fakes/cron-world.ts";

type Call = Parameters<MethodTable["call"]>[2];

const JOB = { id: "tea", schedule: { kind: "every", expr: "1h" }, task: "Tea" };
let world: CronWorld;
let methods: MethodTable;
beforeEach(async () => {
  world = await new CronWorld().start();
  methods = new MethodTable();
  registerCronMethods(methods, world.desk);
});
afterEach(() => world[Symbol.asyncDispose]());

const callAs = (kind: "admin" | "browser", name: string, params: object = {}) =>
  methods.call(name, params, { principal: { kind } } as unknown as Call);
const call = (name: string, params?: object) => callAs("admin", name, params);

test("a job is added, listed, changed, run, paused, resumed and removed", async () => {
  expect(await call("cron.add", { ...JOB, timeoutMs: 5000 })).toMatchObject({ job: { timeoutMs: 5000 } });
  expect(await call("cron.list")).toMatchObject({ jobs: [{ id: "tea" }] });
  expect(await call("cron.update", { id: "tea", task: "More", timeoutMs: null })).toMatchObject({
    job: { task: "More" },
  });
  expect((await call("cron.get", { id: "tea" })) as object).not.toHaveProperty("job.timeoutMs");
  expect(await call("cron.pause", { id: "tea" })).toMatchObject({ job: { state: "paused" } });
  expect(await call("cron.resume", { id: "tea" })).toMatchObject({ job: { state: "waiting" } });
  expect(await call("cron.run", { id: "tea" })).toMatchObject({ run: { job: "tea", isManual: true } });
  await world.pass();
  expect(await call("cron.runs", { id: "tea", limit: 1 })).toMatchObject({ runs: [{ state: "done" }] });
  expect(await call("cron.remove", { id: "tea" })).toEqual({ id: "tea" });
  expect(await call("cron.list")).toEqual({ jobs: [] });
});

test("the next times of a schedule are told before it is added", async () => {
  const { next } = (await call("cron.next", { schedule: { kind: "every", expr: "30m" } })) as {
    next: string[];
  };
  expect(next).toHaveLength(5);
});

test("what is wrong is told with its place, and nothing is added", async () => {
  expect(call("cron.add", { id: "tea", task: "t" })).rejects.toThrow("cron.add: schedule");
  expect(call("cron.add", { ...JOB, tasc: "t" })).rejects.toThrow('"tasc"');
  expect(call("cron.add", { ...JOB, schedule: { kind: "every", expr: "0 9 * * *" } })).rejects.toThrow(
    'use kind "cron"',
  );
  expect(call("cron.runs", { id: "tea", limit: 0 })).rejects.toThrow("cron.runs: limit");
  expect(await call("cron.list")).toEqual({ jobs: [] });
});

test("whoever may only chat has nothing to do with it", () => {
  for (const name of methods.names) {
    expect(callAs("browser", name, { id: "tea" })).rejects.toThrow("needs the gateway's own credential");
  }
});
