import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { errandMessage } from "../../src/core/errand.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { problemOf } from "../../src/tools/check-params.ts";
import { ownTools } from "../../src/tools/index.ts";
import { CronWorld } from "../fakes/cron-world.ts";
import { CHAT, HERE, ToolWorld } from "./tool-world.ts";

const every = { kind: "every", expr: "1h" };
const TASK = { id: "reminder", schedule: every, task: "Check for pending items" };
const DAILY = {
  id: "daily",
  schedule: { kind: "cron", expr: "0 9 * * *", timezone: "Asia/Shanghai" },
  task: "Report",
};

let world: ToolWorld;
let clock: CronWorld;
beforeEach(async () => {
  world = new ToolWorld();
  clock = await new CronWorld({ jobs: [DAILY] }).start();
  world.engine = clock.desk;
});
afterEach(async () => {
  world[Symbol.dispose]();
  await clock[Symbol.asyncDispose]();
});

/** Who writes owns the gateway. */
function asOwner(): void {
  const sender = { id: "u", name: "Una", isBot: false, isOwner: true };
  world.messages = [
    { id: "1", address: CHAT, sender, text: "", attachments: [], isForBot: true, sentAtMs: 0 },
  ];
}

const jobs = async () => (await clock.desk.list()).filter(({ origin }) => origin === "people");

test("a task is added for this agent, and what comes of it goes to this chat", async () => {
  const added = await world.run("cron", { action: "add", ...TASK });
  expect(added).toMatchObject({
    job: { id: "reminder", state: "waiting", agentId: "main", nextRun: "2027-01-04T09:00:00.000Z" },
  });
  expect((added as { job: { nextTimes: string[] } }).job.nextTimes).toHaveLength(5);
  expect(await jobs()).toMatchObject([{ id: "reminder", chat: CHAT, delivery: "announce" }]);
});

test("a task is done in the role that the agent has in the chat in which it was added", async () => {
  world.sessions[0] = { ...world.addSession("42"), role: "guest" };
  await world.run("cron", { action: "add", ...TASK });
  await world.run("cron", { action: "update", id: "reminder", task: "Check again" });
  expect(await jobs()).toMatchObject([{ id: "reminder", role: "guest", task: "Check again" }]);
});

test("a reminder is a text that is sent as it is, and is gone then", async () => {
  const at = { kind: "at", expr: "20m" };
  await world.run("cron", { action: "add", id: "tea", schedule: at, task: "Tea!", kind: "message" });
  await clock.pass(20 * 60_000);
  expect(clock.said).toMatchObject([{ to: CHAT, text: "Tea!" }]);
  expect(await jobs()).toEqual([]);
});

test("tasks are listed, changed, run, paused, resumed and removed by their names", async () => {
  await world.run("cron", { action: "add", ...TASK });
  const on = (action: string, more: object = {}) => world.run("cron", { action, id: "reminder", ...more });
  expect(await on("pause")).toMatchObject({ job: { state: "paused" } });
  expect(await on("resume")).toMatchObject({ job: { state: "waiting" } });
  expect(await on("update", { task: "Other" })).toMatchObject({ job: { task: "Other" } });
  expect(await on("run")).toMatchObject({ started: { state: "running", isManual: true } });
  await clock.pass();
  expect(await on("runs")).toMatchObject({ runs: [{ state: "done", answer: "Done." }] });
  expect(await world.run("cron", { action: "list" })).toMatchObject({ jobs: [{ id: "reminder" }] });
  expect(await on("remove")).toEqual({ removed: "reminder" });
  expect(await world.run("cron", { action: "list" })).toEqual({ jobs: [] });
});

test("a call that is repeated after a crash adds nothing again", async () => {
  const call = { action: "add", ...TASK };
  const first = await world.run("cron", call);
  expect(await world.run("cron", call)).toEqual(first);
  expect(world.run("cron", { ...call, task: "Another" })).rejects.toThrow("already. Choose another id");
  expect(world.run("cron", call)).resolves.toEqual(first);
});

describe("a chat", () => {
  const other = { chat: { ...CHAT, chat: "77" } };

  test("is told nothing of other chats' tasks, and can change none", async () => {
    await world.run("cron", { action: "add", ...TASK });
    const elsewhere = (params: object) => world.run("cron", params, other);
    expect(await elsewhere({ action: "list" })).toEqual({ jobs: [] });
    for (const action of ["update", "run", "pause", "resume", "remove", "runs"]) {
      for (const id of ["reminder", "daily"]) {
        expect(elsewhere({ action, id, task: "x" })).rejects.toThrow(
          `There is no scheduled job "${id}" of this chat.`,
        );
      }
    }
    expect(await jobs()).toHaveLength(1);
  });

  test("reads the same of another chat's task and of none, and hints only at its own", async () => {
    await world.run("cron", { action: "add", ...TASK, id: "divorce-lawyer" }, other);
    const says = async (id: string) => {
      const problem = await world.run("cron", { action: "runs", id }).catch((error: unknown) => error);
      return String(problem).replace(id, "ID");
    };
    expect(await says("divorce-lawyer")).toBe(await says("wedding-planner"));
    expect(await says("divorce-lawyers")).toBe(await says("wedding-planner"));
    await world.run("cron", { action: "add", ...TASK });
    expect(await says("remindr")).toEndWith('job "ID" of this chat. Did you mean "reminder"?');
    asOwner();
    expect(await says("divorce-lawyers")).toEndWith('job "ID". Did you mean "divorce-lawyer"?');
  });

  test("in which an owner writes sees and changes all", async () => {
    await world.run("cron", { action: "add", ...TASK });
    asOwner();
    const listed = await world.run("cron", { action: "list" }, other);
    expect(listed).toMatchObject({ jobs: [{ id: "daily", origin: "config" }, { id: "reminder" }] });
    expect(await world.run("cron", { action: "pause", id: "daily" }, other)).toMatchObject({
      job: { state: "paused" },
    });
    expect(world.run("cron", { action: "remove", id: "daily" })).rejects.toThrow(
      "stands in the configuration file",
    );
  });

  test("of another name is reached only where the agent may act", async () => {
    const add = { action: "add", ...TASK, to: "fake:77" };
    expect(world.run("cron", add)).rejects.toThrow("may not act");
    world.addSession("77");
    await world.run("cron", add);
    expect(await jobs()).toMatchObject([{ chat: { chat: "77" } }]);
  });
});

describe("rights", () => {
  const GROUP = { ...CHAT, scope: "group", chat: "g1" } as const;
  const KEY = formatSessionKey({ agent: "support", address: GROUP });
  /** A guest's turn in a group that another agent serves, with few rights. */
  const guest = { chat: GROUP, agent: "support", sessionKey: KEY };
  beforeEach(() => {
    clock.agents = ["main", "support"];
    world.sessions.push({ ...world.addSession("g1", "support"), key: KEY, address: GROUP, role: "public" });
  });
  const update = (id: string, change: object) =>
    world.run("cron", { action: "update", id, ...change }, guest);

  test("of an owner's job are lent to nobody: who has others changes nothing of what it does", async () => {
    const mine = { agentId: "support", role: "public", chat: GROUP };
    const made = {
      agent: { ...mine, agentId: "main" },
      role: { ...mine, role: "admin" },
      roleless: { agentId: "support", chat: GROUP },
      plain: { chat: GROUP },
      elsewhere: { ...mine, to: "fake:1" },
    };
    for (const [id, facts] of Object.entries(made))
      await clock.desk.add({ ...TASK, schedule: { kind: "every", expr: "1h" }, id, ...facts });
    const before = await clock.desk.list();
    const changes = [
      { task: "Show the keys" },
      { kind: "message" },
      { model: "other" },
      { to: "fake:g1" },
      { resumeContext: true },
      { delivery: "direct" },
      { schedule: { kind: "every", expr: "2h" } },
    ];
    for (const id of Object.keys(made)) {
      for (const change of changes) expect(update(id, change)).rejects.toThrow("with other rights than you");
    }
    expect(await clock.desk.list()).toEqual(before);
    // It is still the chat's: it may be run as it is, stopped, and taken away.
    for (const action of ["run", "pause", "resume", "remove"])
      await world.run("cron", { action, id: "role" }, guest);
    expect(clock.errands.taken).toMatchObject([
      { request: { text: TASK.task, errand: { role: "admin", session: "agent:support:cron:job:role" } } },
    ]);
  });

  test("of its own jobs are what they were: those it changes", async () => {
    await world.run("cron", { action: "add", ...TASK }, guest);
    await update("reminder", { task: "Other" });
    expect(await jobs()).toMatchObject([{ task: "Other", role: "public", agentId: "support", chat: GROUP }]);
  });

  test("are an owner's to leave as they are", async () => {
    await world.run("cron", { action: "add", ...TASK }, guest);
    asOwner();
    await world.run("cron", { action: "update", id: "reminder", task: "Other" });
    expect(await jobs()).toMatchObject([{ task: "Other", role: "public", agentId: "support" }]);
  });
});

describe("what nobody has written", () => {
  const HOOK = formatSessionKey({
    agent: "main",
    address: { channel: "webhook", account: "default", scope: "job", chat: "alerts" },
  });
  /** A webhook whose answer goes to this chat. */
  function asHook(): void {
    const errand = {
      by: "webhook",
      name: "alerts",
      session: HOOK,
      about: "",
      delivery: "direct",
      to: CHAT,
    } as const;
    world.messages = [errandMessage({ id: "1", text: "", errand }, 0)];
  }
  const call = (action: string, id: string, more: object = {}) =>
    world.run("cron", { action, id, ...more }, { sessionKey: HOOK });

  test("changes no job of the people it answers, and its own as it likes", async () => {
    await world.run("cron", { action: "add", ...TASK });
    const before = await jobs();
    asHook();
    for (const action of ["update", "pause", "resume", "remove"]) {
      expect(call(action, "reminder", { task: "x" })).rejects.toThrow("is not one of yours");
    }
    expect(await jobs()).toEqual(before);
    await call("add", "own", { schedule: every, task: "Look again" });
    expect(await call("update", "own", { task: "Other" })).toMatchObject({ job: { task: "Other" } });
    expect(await call("remove", "own")).toEqual({ removed: "own" });
  });

  test("changes no job of another one either", async () => {
    asHook();
    await call("add", "own", { schedule: every, task: "Look again" });
    expect(world.run("cron", { action: "remove", id: "own" }, { sessionKey: HERE })).rejects.toThrow(
      "is not one of yours",
    );
    expect(await jobs()).toHaveLength(1);
  });
});

test("a task may end itself", async () => {
  await world.run("cron", { action: "add", ...TASK });
  await clock.pass(3_600_000);
  world.messages = [errandMessage(clock.errands.taken[0]!.request, 0)];
  const nowhere = { ...CHAT, channel: "cron", scope: "job", chat: "reminder" } as const;
  await world.run("cron", { action: "remove", id: "reminder" }, { chat: nowhere });
  expect(await jobs()).toEqual([]);
});

test.each([
  [{ timeoutMs: 1e15 }, '"timeoutMs" must be at most 86400000'],
  [
    { schedule: { kind: "cron", expr: `${"1,".repeat(5000)}1 * * * *` } },
    '"schedule.expr" is longer than 200',
  ],
])("nobody holds an agent for longer than a day, or writes a book as a schedule: %#", (wish, says) => {
  const tool = ownTools({} as Parameters<typeof ownTools>[0]).find(({ name }) => name === "cron");
  expect(problemOf({ action: "add", ...TASK, ...wish }, tool?.parameters ?? {})).toStartWith(says);
  expect(problemOf({ action: "add", ...TASK }, tool?.parameters ?? {})).toBeUndefined();
});

test("what an action needs is asked for by name", async () => {
  expect(world.run("cron", { action: "run" })).rejects.toThrow('"id" is missing; run needs it');
  expect(world.run("cron", { action: "add", id: "r" })).rejects.toThrow('"schedule" is missing');
  expect(world.run("cron", { action: "add", id: "r", schedule: every })).rejects.toThrow('"task" is missing');
});

test.each([
  [{ kind: "every", expr: "0 9 * * *" }, 'use kind "cron"'],
  [{ kind: "every", expr: "@daily" }, 'use kind "cron"'],
  [{ kind: "every", expr: "soon" }, "a span such as 30m"],
  [{ kind: "cron", expr: "1h30m" }, 'use kind "every"'],
  [{ kind: "cron", expr: "0 0 30 2 *" }, "never comes"],
  [{ kind: "at", expr: "2020-01-01T09:00" }, "is past"],
])("%j is refused, and nothing is added", async (schedule, says) => {
  expect(world.run("cron", { action: "add", id: "r", schedule, task: "t" })).rejects.toThrow(says);
  expect(await jobs()).toEqual([]);
});

test("without an engine the tool says so, and does not pretend", async () => {
  world.engine = undefined;
  for (const action of ["list", "run", "pause", "resume", "remove"]) {
    expect(world.run("cron", { action, id: "r" })).rejects.toThrow("Scheduling is not running right now");
  }
});

describe("whoever does not own the gateway", () => {
  const add = (id: string, schedule: object = every, more: object = {}) =>
    world.run("cron", { action: "add", ...TASK, id, schedule, ...more });
  const often = "a minute is the shortest span for a job that no owner asks for";

  test.each([
    { kind: "every", expr: "59s" },
    { kind: "cron", expr: "* * * * * *" },
    { kind: "cron", expr: "0,30 0 9 * * *" },
    { kind: "cron", expr: "*/2 * 9 1 1 *" },
  ])("has nothing repeated more than once a minute: %j", async (schedule) => {
    expect(add("r", schedule)).rejects.toThrow(often);
    await add("r");
    expect(world.run("cron", { action: "update", id: "r", schedule })).rejects.toThrow(often);
    expect(await jobs()).toMatchObject([{ schedule: every }]);
    asOwner();
    await world.run("cron", { action: "update", id: "r", schedule });
    world.messages = [];
    // What an owner has made so stays so, whoever words it anew.
    await world.run("cron", { action: "update", id: "r", task: "Other" });
    expect(await jobs()).toMatchObject([{ schedule, task: "Other" }]);
  });

  test("may have something once a minute, and a reminder in a second", async () => {
    await add("a", { kind: "every", expr: "1m" });
    await add("b", { kind: "cron", expr: "* * * * *" });
    await add("c", { kind: "cron", expr: "15 * * * * *" });
    await add("d", { kind: "at", expr: "1s" });
    expect(await jobs()).toHaveLength(4);
  });

  test("has no task that brings itself about at once, or two that run each other", async () => {
    await add("a");
    await add("b");
    await clock.pass(3_600_000);
    world.messages = [errandMessage(clock.errands.taken[0]!.request, 0)];
    expect(add("again", { kind: "at", expr: "1s" })).rejects.toThrow(often);
    expect(world.run("cron", { action: "run", id: "b" })).rejects.toThrow(often);
    await add("again", { kind: "at", expr: "1m" });
    await clock.pass(60_000);
    await world.run("cron", { action: "run", id: "b" });
  });

  test("has twenty jobs in a chat at most, also when they are asked for at once", async () => {
    world.addSession("77");
    const asked = Array.from({ length: 25 }, (_, index) => add(`r${index}`));
    const refused = (await Promise.allSettled(asked)).flatMap((one) =>
      one.status === "rejected" ? [String(one.reason)] : [],
    );
    expect(refused).toHaveLength(5);
    expect(refused[0]).toContain("has 20 jobs already");
    for (let index = 0; index < 20; index += 1) await add(`elsewhere${index}`, every, { to: "fake:77" });
    // By no detour either.
    expect(world.run("cron", { action: "update", id: "r0", to: "fake:77" })).rejects.toThrow("has 20 jobs");
    await world.run("cron", { action: "update", id: "r0", task: "Other" });
    await world.run("cron", { action: "remove", id: "r0" });
    await add("again");
    asOwner();
    await add("owners");
    expect(await jobs()).toHaveLength(41);
  });

  test("has no more of them in the threads of a chat", async () => {
    const inThread = (id: string, thread: string) =>
      world.run("cron", { action: "add", ...TASK, id }, { chat: { ...CHAT, thread } });
    for (let index = 0; index < 20; index += 1) await inThread(`r${index}`, `t${index}`);
    expect(inThread("more", "t20")).rejects.toThrow("has 20 jobs already");
  });

  test("has no more of them where nobody wrote in a chat", async () => {
    const nowhere = { ...CHAT, channel: "webhook", scope: "job", chat: "agent" } as const;
    const there = (id: string) => world.run("cron", { action: "add", ...TASK, id }, { chat: nowhere });
    for (let index = 0; index < 20; index += 1) await there(`r${index}`);
    expect(there("more")).rejects.toThrow("has 20 jobs already");
  });
});
