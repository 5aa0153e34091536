import { expect, test } from "bun:test";
import type { CronEngine, CronJobStatus, NewCronJob } from "../../src/core/cron-port.ts";
import { CHAT, ToolWorld } from "./tool-world.ts";

const every = { kind: "every", expr: "1h" };

/** An engine that remembers what it was asked. */
function engineOf(asked: unknown[]): CronEngine {
  const status = ({ id, schedule, task }: NewCronJob): CronJobStatus => ({
    id,
    schedule,
    task,
    delivery: "announce",
    resumeContext: false,
    paused: false,
    nextRunAtMs: 5,
  });
  const noting = (action: string) => async (id: string) => void asked.push([action, id]);
  return {
    list: async () => [],
    add: async (job) => {
      asked.push(job);
      return status(job);
    },
    run: noting("run"),
    pause: noting("pause"),
    resume: noting("resume"),
    remove: noting("remove"),
  };
}

function withEngine(): { world: ToolWorld; asked: unknown[] } {
  const world = new ToolWorld();
  const asked: unknown[] = [];
  world.engine = engineOf(asked);
  return { world, asked };
}

test("a task is added for this agent, and what comes of it goes to this chat", async () => {
  const { world, asked } = withEngine();
  using _ = world;
  const task = { id: "reminder", schedule: every, task: "Check for pending items" };
  expect(await world.run("cron", { action: "add", ...task })).toMatchObject({
    job: { id: "reminder", nextRunAtMs: 5 },
  });
  expect(asked).toEqual([{ ...task, agent: "main", to: CHAT }]);
});

test("tasks are listed, run, paused, resumed and removed by their names", async () => {
  const { world, asked } = withEngine();
  using _ = world;
  expect(await world.run("cron", { action: "list" })).toEqual({ jobs: [] });
  for (const action of ["run", "pause", "resume", "remove"]) {
    expect(await world.run("cron", { action, id: "reminder" })).toEqual({ done: action, id: "reminder" });
  }
  expect(asked).toEqual([
    ["run", "reminder"],
    ["pause", "reminder"],
    ["resume", "reminder"],
    ["remove", "reminder"],
  ]);
});

test("what goes to another chat goes only where the agent may act", async () => {
  const { world, asked } = withEngine();
  using _ = world;
  const add = { action: "add", id: "r", schedule: every, task: "t", to: "fake:77" };
  expect(world.run("cron", add)).rejects.toThrow("may not act");
  world.addSession("77");
  await world.run("cron", add);
  expect(asked).toMatchObject([{ to: { chat: "77" } }]);
});

test("what an action needs is asked for by name", async () => {
  const { world } = withEngine();
  using _ = world;
  expect(world.run("cron", { action: "run" })).rejects.toThrow('"id" is missing; run needs it');
  expect(world.run("cron", { action: "add", id: "r" })).rejects.toThrow('"schedule" is missing');
  expect(world.run("cron", { action: "add", id: "r", schedule: every })).rejects.toThrow('"task" is missing');
});

test.each([
  [{ kind: "every", expr: "0 9 * * *" }, 'use kind "cron"'],
  [{ kind: "every", expr: "@daily" }, 'use kind "cron"'],
  [{ kind: "every", expr: "soon" }, "a span such as 1h"],
  [{ kind: "cron", expr: "1h30m" }, 'use kind "every"'],
])("%j is refused with the right kind named, with an engine or without", async (schedule, says) => {
  const { world } = withEngine();
  using _ = world;
  const add = { action: "add", id: "r", schedule, task: "t" };
  expect(world.run("cron", add)).rejects.toThrow(says);
  world.engine = undefined;
  expect(world.run("cron", add)).rejects.toThrow(says);
});

test("without an engine the tool says so, and does not pretend", async () => {
  using world = new ToolWorld();
  for (const action of ["list", "run", "pause", "resume", "remove"]) {
    expect(world.run("cron", { action, id: "r" })).rejects.toThrow(
      "Scheduling is not active in this version",
    );
  }
});
