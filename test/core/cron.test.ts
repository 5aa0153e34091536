import { describe, expect, test } from "bun:test";
import type { NewCronJob } from "../../src/core/cron-port.ts";
import { CHAT, CronWorld, stamp } from "../fakes/cron-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOURLY: NewCronJob = {
  id: "hourly",
  schedule: { kind: "cron", expr: "0 * * * *", timezone: "UTC" },
  task: "Look",
};
const DAILY = { id: "daily", schedule: { kind: "cron", expr: "0 9 * * *", timezone: "UTC" }, task: "Report" };
const section = (...jobs: readonly object[]) => ({ jobs });

describe("a job", () => {
  test("runs at its times, once at each", async () => {
    await using world = await new CronWorld(section(DAILY, HOURLY)).start();
    await world.pass(2 * HOUR);
    expect(world.asked).toEqual(["daily 09:00", "hourly 09:00", "hourly 10:00"]);
    expect(world.errands.taken[0]?.request).toMatchObject({
      text: "Report",
      errand: {
        by: "cron",
        session: "agent:main:cron:job:daily",
        delivery: "announce",
        to: CHAT,
        isFresh: true,
      },
    });
  });

  test("that is added begins with its next time, and is there after a restart", async () => {
    await using world = await new CronWorld().start();
    const added = await world.desk.add({ ...HOURLY, agentId: "coder", resumeContext: true, role: "mentor" });
    expect(added).toMatchObject({ state: "waiting", origin: "people" });
    expect(added.nextTimes).toEqual(
      [9, 10, 11, 12, 13].map((hour) => `2027-01-04T${String(hour).padStart(2, "0")}:00:00+00:00`),
    );
    await world.kill();
    await world.pass(HOUR);
    expect(world.errands.taken[0]?.request.errand).toMatchObject({
      session: "agent:coder:cron:job:hourly",
      role: "mentor",
    });
  });

  test("goes on from one run to the next where it is to, and never from those of another one that had its id", async () => {
    await using world = await new CronWorld().start();
    const job = { ...HOURLY, resumeContext: true };
    await world.desk.add(job);
    await world.pass(2 * HOUR);
    await world.desk.update("hourly", { schedule: { kind: "every", expr: "1h" } });
    await world.pass(HOUR);
    await world.desk.remove("hourly");
    await world.desk.add(job);
    await world.kill();
    await world.pass(2 * HOUR);
    const fresh = world.errands.taken.map(({ request }) => request.errand.isFresh);
    expect(fresh).toEqual([true, false, false, true, false]);
    // What the configuration has is the owner's alone.
    await world.configure(section({ ...job, id: "config" }));
    await world.pass(HOUR);
    const ofConfig = world.errands.taken.find(({ request }) => request.errand.name === "config");
    expect(ofConfig?.request.errand.isFresh).toBe(false);
  });

  test("of every so much counts from its beginning, also over restarts", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ id: "e", schedule: { kind: "every", expr: "25m" }, task: "t" });
    await world.pass(40 * MINUTE);
    await world.kill();
    await world.pass(40 * MINUTE);
    expect(world.asked).toEqual(["e 08:25", "e 08:50", "e 09:15"]);
  });

  test("for once comes once, and is gone when it has been done", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ id: "r", schedule: { kind: "at", expr: "90m" }, task: "Tea" });
    await world.pass(2 * HOUR);
    expect(world.asked).toEqual(["r 09:30"]);
    expect(await world.desk.list()).toEqual([]);
    await world.kill();
    await world.pass(DAY);
    expect(world.asked).toEqual(["r 09:30"]);
  });

  test("whose answer arrived nowhere stays, and shows it", async () => {
    await using world = await new CronWorld().start();
    world.home = undefined;
    await world.desk.add({ id: "r", schedule: { kind: "at", expr: "1m" }, task: "Tea" });
    await world.pass(2 * MINUTE);
    expect(await world.desk.list()).toMatchObject([{ id: "r", state: "finished", isUndelivered: true }]);
    expect(await world.desk.runs("r", 5)).toMatchObject([
      { state: "done", answer: "Done.", delivery: "kept" },
    ]);
  });

  test("whose answer the agent has said there itself has arrived, and goes", async () => {
    await using world = await new CronWorld().start();
    const message = { kind: "text", markdown: "Tea!" } as const;
    world.saidByTools = [{ key: "9/tool/c1", to: CHAT, message }];
    world.deliveries.set("9/tool/c1", { state: "sent", ref: { address: CHAT, id: "1" } });
    world.errands.posts = false;
    world.errands.outcome = () => ({ state: "done", answer: "Tea!", turn: "9" });
    await world.desk.add({ id: "r", schedule: { kind: "at", expr: "1m" }, task: "Tea" });
    await world.pass(2 * MINUTE);
    expect(await world.desk.list()).toEqual([]);
    expect(await world.store.cron.runs("r", 5)).toMatchObject([
      { end: { state: "done", answer: "Tea!", key: "9/tool/c1" } },
    ]);
  });

  test("forty days ahead does not come at once", async () => {
    await using world = await new CronWorld({}, { lookEveryMs: HOUR }).start();
    await world.desk.add({ id: "r", schedule: { kind: "at", expr: "40d" }, task: "t" });
    await world.pass(39 * DAY);
    expect(world.asked).toEqual([]);
    await world.pass(2 * DAY);
    expect(world.asked).toEqual(["r 2027-02-13 08:00"]);
  });

  test("of kind message says its text without an agent, once, also when it dies on the way", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ id: "m", schedule: { kind: "at", expr: "1m" }, task: "Tea!", kind: "message" });
    await world.pass(MINUTE);
    expect(world.said).toMatchObject([
      { to: CHAT, text: "Tea!", key: expect.stringMatching(/^errand\/cron:m:/) },
    ]);
    expect(world.errands.taken).toEqual([]);
  });
});

describe("what was missed", () => {
  test("is made up for once, and the agent is told how late it is", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.kill(5.5 * HOUR);
    expect(world.asked).toEqual(["hourly 13:30"]);
    const { about } = world.errands.taken[0]!.request.errand;
    expect(about).toContain(
      "It was due at 2027-01-04 13:00 (UTC), and is done 30m late; 4 earlier times were missed.",
    );
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 13:30", "hourly 14:00"]);
  });

  test("is left out where that is wished, and shown", async () => {
    await using world = await new CronWorld(section({ ...HOURLY, catchUp: false })).start();
    await world.kill(5.5 * HOUR);
    expect(world.asked).toEqual([]);
    expect(await world.desk.runs("hourly", 5)).toMatchObject([{ state: "skipped", missed: 4 }]);
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 14:00"]);
  });

  test("of what comes once only is made up for in any case", async () => {
    await using world = await new CronWorld().start();
    const at = { kind: "at", expr: "10m" } as const;
    await world.desk.add({ id: "r", schedule: at, task: "t", catchUp: false });
    await world.kill(HOUR);
    expect(world.asked).toEqual(["r 09:00"]);
  });
});

describe("whatever happens between two steps", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    "a run is done once: killed after %i rounds of the event loop",
    async (rounds) => {
      await using world = await new CronWorld(section(HOURLY)).start();
      world.errands.outcome = undefined;
      await world.clock.advance(HOUR - 1);
      world.clock.jump(1);
      const going = world.clock.advance(0);
      for (let round = 0; round < rounds; round += 1) await Promise.resolve();
      await world.kill();
      await going;
      await world.kill();
      expect(world.asked).toEqual(["hourly 09:00"]);
      world.errands.end(world.errands.latest, { state: "done", answer: "ok" });
      await world.pass();
      expect(await world.desk.runs("hourly", 5)).toMatchObject([{ state: "done", answer: "ok" }]);
    },
  );

  test("a run that was going on is followed by the next start", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    world.errands.outcome = undefined;
    await world.pass(HOUR);
    await world.kill();
    expect(await world.desk.get("hourly")).toMatchObject({ state: "running" });
    world.errands.end(world.errands.latest, { state: "done", answer: "ok" });
    await world.pass();
    expect(await world.desk.get("hourly")).toMatchObject({ state: "waiting", lastState: "done" });
  });
});

describe("among thousands of jobs", () => {
  test("one that is added, changed or removed costs no look at all the others, and neither does a reload", async () => {
    const jobs = Array.from({ length: 2000 }, (_, index) => ({ ...DAILY, id: `j${index}` }));
    await using world = new CronWorld({ jobs }, { isInMemory: true });
    const startedAtMs = performance.now();
    await world.start();
    const startMs = performance.now() - startedAtMs;
    const beganAtMs = performance.now();
    for (let index = 0; index < 10; index += 1) {
      await world.desk.add({ id: "r", schedule: { kind: "every", expr: "1h" }, task: "x" });
      await world.desk.update("r", { task: "y" });
      await world.desk.remove("r");
      await world.cron.follow();
    }
    // Forty times the look that was had at the start would be far more.
    expect(performance.now() - beganAtMs).toBeLessThan(startMs * 10);
    expect(await world.desk.list((job) => job.id === "j7")).toMatchObject([{ id: "j7", state: "waiting" }]);
  });

  test("one that cannot begin keeps none of the others from it, and is tried again", async () => {
    await using world = await new CronWorld().start();
    let isBroken = true;
    Object.defineProperty(world, "home", {
      get: () => {
        if (isBroken) throw new Error("broken");
        return CHAT;
      },
    });
    const schedule = { kind: "at", expr: "1m" } as const;
    await world.desk.add({ id: "a", schedule, task: "x" });
    await world.desk.add({ id: "b", schedule, task: "x", chat: CHAT });
    await world.pass(MINUTE);
    expect(world.asked).toEqual(["b 08:01"]);
    isBroken = false;
    await world.pass(2000);
    expect(world.asked).toEqual(["b 08:01", expect.stringMatching(/^a 08:01/)]);
  });
});

describe("one at a time", () => {
  test("what falls due while a run goes on comes right behind it, once", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    world.errands.outcome = undefined;
    await world.pass(3.5 * HOUR);
    expect(world.asked).toEqual(["hourly 09:00"]);
    world.errands.end(world.errands.latest, { state: "done", answer: "ok" });
    await world.pass();
    expect(world.asked).toEqual(["hourly 09:00", "hourly 11:30"]);
    expect((await world.desk.runs("hourly", 1))[0]).toMatchObject({
      missed: 1,
      atMs: Date.UTC(2027, 0, 4, 11),
    });
  });

  test("nobody can have it run beside itself", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    world.errands.outcome = undefined;
    await world.desk.run("hourly");
    expect(world.desk.run("hourly")).rejects.toThrow('"hourly" is running right now.');
    await world.pass(HOUR);
    expect(world.errands.taken).toHaveLength(1);
  });
});

describe("a clock that is set", () => {
  test("back does nothing twice, and leaves nothing out that is still to come", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.pass(2.5 * HOUR);
    world.clock.set(-2 * HOUR);
    await world.cron.follow();
    expect((await world.desk.get("hourly")).nextRunAtMs).toBe(Date.UTC(2027, 0, 4, 11));
    await world.pass(3 * HOUR);
    expect(world.asked).toEqual(["hourly 09:00", "hourly 10:00", "hourly 11:00"]);
  });

  test("a year ahead and back again costs one run, and no year of waiting", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    world.clock.set(365 * DAY);
    await world.pass(MINUTE);
    expect(world.asked).toEqual(["hourly 2028-01-04 08:00:30"]);
    world.clock.set(-365 * DAY);
    await world.pass(HOUR);
    expect(world.asked.at(-1)).toBe("hourly 09:00");
  });

  test.each(["while it runs", "while the gateway is down"])(
    "right after a year ahead, %s, lets what was added or has failed meanwhile come in its usual time",
    async (when) => {
      await using world = await new CronWorld(section(HOURLY)).start();
      world.clock.set(365 * DAY);
      world.errands.outcome = () => ({ state: "failed", answer: "No credit." });
      await world.desk.add({ id: "span", schedule: { kind: "every", expr: "2h" }, task: "x" });
      await world.desk.add({ id: "soon", schedule: { kind: "at", expr: "20m" }, task: "x" });
      await world.pass(MINUTE);
      expect(world.asked).toEqual(["hourly 2028-01-04 08:00", "hourly 2028-01-04 08:00:30"]);
      world.errands.outcome = () => ({ state: "done", answer: "ok" });
      world.clock.set(-365 * DAY);
      if (when === "while it runs") await world.pass(MINUTE);
      else await world.kill(MINUTE);
      world.errands.taken.length = 0;
      await world.pass(4 * HOUR);
      const names = world.asked.map((line) => line.split(":", 1)[0]);
      expect(names).toEqual([
        "soon 08",
        "hourly 09",
        "hourly 10",
        "span 10",
        "hourly 11",
        "hourly 12",
        "span 12",
      ]);
    },
  );

  test("right after a year ahead tries once more, at its time, what comes only once and has failed", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ id: "party", schedule: { kind: "at", expr: "2027-01-04T12:00Z" }, task: "x" });
    world.errands.outcome = () => ({ state: "failed", answer: "No credit." });
    world.clock.set(365 * DAY);
    await world.pass(MINUTE);
    expect(world.asked.length).toBeGreaterThan(0);
    world.errands.taken.length = 0;
    world.errands.outcome = () => ({ state: "done", answer: "ok" });
    world.clock.set(-365 * DAY);
    await world.pass(HOUR);
    await world.kill();
    await world.pass(HOUR);
    expect(world.asked).toEqual([]);
    await world.pass(3 * HOUR);
    expect(world.asked).toEqual(["party 12:00"]);
  });

  test("back while the gateway was down is noticed, too", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await world.pass(2 * HOUR);
    world.clock.set(-3 * DAY);
    await world.kill();
    await world.pass(4 * DAY);
    const days = ["01-02", "01-03", "01-05"].map((day) => `daily 2027-${day} 09:00`);
    expect(world.asked).toEqual(["daily 09:00", ...days]);
  });
});

describe("a failure", () => {
  const failing = async (world: CronWorld) => {
    world.errands.outcome = () => ({ state: "failed", answer: "No credit.", error: "MODEL_FAILED abcd" });
    await world.pass(HOUR);
  };

  test("is tried again later and later; the owner is told once, and when it works again", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await failing(world);
    await world.pass(90 * MINUTE);
    expect(world.asked.map((line) => line.slice(6))).toEqual([
      "09:00",
      "09:00:30",
      "09:01:30",
      "09:06:30",
      "09:21:30",
      "10:21:30",
    ]);
    expect(world.news).toMatchObject([
      { job: "daily", news: "failing", facts: { failures: 2, error: "No credit." } },
    ]);
    expect(await world.desk.get("daily")).toMatchObject({
      failures: 6,
      lastState: "failed",
      lastError: "No credit.",
    });
    world.errands.outcome = () => ({ state: "done", answer: "ok" });
    await world.pass(HOUR);
    expect(world.news.map(({ news }) => news)).toEqual(["failing", "recovered"]);
    expect((await world.desk.get("daily")).failures).toBeUndefined();
  });

  test("for the tenth time pauses the job until somebody lets it go on", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await failing(world);
    await world.pass(12 * HOUR);
    expect(world.errands.taken).toHaveLength(10);
    expect(world.news.map(({ news }) => news)).toEqual(["failing", "paused"]);
    expect(await world.desk.get("daily")).toMatchObject({
      state: "paused",
      pausedBy: "failures",
      nextTimes: [],
    });
    await world.kill(DAY);
    expect(world.errands.taken).toHaveLength(10);
    world.errands.outcome = () => ({ state: "done", answer: "ok" });
    const resumed = await world.desk.resume("daily");
    expect(resumed).toMatchObject({ state: "waiting" });
    expect(resumed.failures).toBeUndefined();
  });

  test("does not keep the next time from coming, when it has been left alone for long enough", async () => {
    await using world = await new CronWorld(
      section({ ...HOURLY, schedule: { kind: "cron", expr: "*/10 * * * * *" } }),
    ).start();
    world.errands.outcome = () => ({ state: "failed", answer: "No." });
    await world.pass(11_000);
    world.errands.outcome = () => ({ state: "done", answer: "ok" });
    await world.pass(34_000);
    expect(world.asked).toEqual(["hourly 08:00:10", "hourly 08:00:40"]);
  });

  test("is told under a key that a second telling does not have", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await failing(world);
    await world.pass(MINUTE);
    const keys = new Set(world.news.map(({ facts }) => facts.key));
    expect(keys).toEqual(new Set([`cron-news/daily:${Date.UTC(2027, 0, 4, 9)}:failing`]));
  });

  test("of somebody's asking counts for nothing", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    world.errands.outcome = () => ({ state: "failed", answer: "No." });
    for (const _ of [1, 2, 3]) {
      await world.desk.run("daily");
      await world.pass(1000);
    }
    expect(world.news).toEqual([]);
    expect(await world.desk.get("daily")).toMatchObject({ state: "waiting", lastState: "failed" });
  });

  test("is an agent that is not there any more", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ ...HOURLY, agentId: "coder" });
    world.agents = ["main"];
    await world.pass(HOUR);
    expect(await world.desk.get("hourly")).toMatchObject({
      lastState: "failed",
      lastError: 'There is no agent "coder".',
    });
  });

  test("is not what somebody stopped", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    world.errands.outcome = () => ({ state: "cancelled" });
    await world.pass(2 * HOUR);
    expect(world.asked).toEqual(["daily 09:00"]);
    expect(await world.desk.get("daily")).toMatchObject({ state: "waiting", lastState: "cancelled" });
  });
});

describe("the configuration", () => {
  test("has its jobs beside those of people, and neither writes over the other", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await world.desk.add(HOURLY);
    expect((await world.desk.list()).map(({ id, origin }) => `${origin} ${id}`)).toEqual([
      "config daily",
      "people hourly",
    ]);
    expect(world.desk.add({ ...HOURLY, id: "daily" })).rejects.toThrow(
      'There is a scheduled job "daily" already.',
    );
    expect(world.desk.remove("daily")).rejects.toThrow(
      "stands in the configuration file and has to be removed there",
    );
    expect(world.desk.update("daily", { task: "x" })).rejects.toThrow("has to be changed there");
    await world.configure(section({ ...HOURLY, task: "of the file" }));
    expect((await world.desk.list()).map(({ origin, state }) => `${origin} ${state}`)).toEqual([
      "config waiting",
      "people hidden",
    ]);
    await world.pass(HOUR);
    expect(world.errands.taken.map(({ request }) => request.text)).toEqual(["of the file"]);
    await world.configure({});
    expect(await world.desk.list()).toMatchObject([
      { id: "hourly", origin: "people", state: "waiting", task: "Look" },
    ]);
  });

  test("is taken over without a time lost or repeated", async () => {
    await using world = await new CronWorld(section(HOURLY, DAILY)).start();
    await world.pass(HOUR);
    await world.configure(section({ ...HOURLY, task: "other" }, DAILY));
    await world.configure(section({ ...HOURLY, task: "other" }));
    await world.configure(section({ ...HOURLY, task: "other" }, DAILY));
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 09:00", "daily 09:00", "hourly 10:00"]);
    expect(world.errands.taken.at(-1)?.request.text).toBe("other");
  });

  test("makes up for nothing of a job that it did not have meanwhile", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.configure({});
    await world.kill(3 * HOUR);
    await world.configure(section(HOURLY));
    expect(world.asked).toEqual([]);
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 12:00"]);
  });

  test("with another schedule begins anew from now on", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.kill(3 * HOUR, section({ ...HOURLY, schedule: { kind: "every", expr: "20m" } }));
    await world.pass(25 * MINUTE);
    expect(world.asked).toEqual(["hourly 11:20"]);
  });

  test("that is edited while a time is due neither loses nor repeats it", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.kill(90 * MINUTE, section({ ...HOURLY, task: "edited" }));
    expect(world.asked).toEqual(["hourly 09:30"]);
    expect(world.errands.taken[0]?.request.text).toBe("edited");
  });

  test("does not lift a pause, which is kept by the job's name", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    expect(await world.desk.pause("hourly")).toMatchObject({
      state: "paused",
      pausedBy: "person",
      nextTimes: [],
    });
    await world.kill(3 * HOUR);
    await world.configure({});
    await world.configure(section(HOURLY));
    expect(await world.desk.get("hourly")).toMatchObject({ state: "paused" });
    expect(world.asked).toEqual([]);
    await world.desk.resume("hourly");
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 12:00"]);
  });

  test("that switches scheduling or a job off makes up for nothing of that time", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    await world.configure({ enabled: false, ...section(HOURLY) });
    expect(await world.desk.list()).toMatchObject([{ state: "off" }]);
    expect(world.desk.add({ ...HOURLY, id: "x" })).rejects.toThrow('"cron.enabled" is false');
    await world.pass(3 * HOUR);
    await world.configure(section({ ...HOURLY, enabled: false }));
    expect(await world.desk.list()).toMatchObject([{ state: "disabled" }]);
    await world.pass(3 * HOUR);
    await world.configure(section(HOURLY));
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 15:00"]);
  });

  test("spreads what is due on whole hours, if that is wished, and each job keeps its place", async () => {
    const jobs = Array.from({ length: 30 }, (_, n) => ({ ...HOURLY, id: `j${n}` }));
    await using world = await new CronWorld({ jitterMs: 5 * MINUTE, jobs }).start();
    await world.pass(65 * MINUTE);
    const first = world.errands.taken.map(({ request, atMs }) => [request.errand.name, atMs] as const);
    expect(first).toHaveLength(30);
    expect(new Set(first.map(([, atMs]) => atMs)).size).toBeGreaterThan(20);
    expect(Math.max(...first.map(([, atMs]) => atMs))).toBeLessThan(Date.UTC(2027, 0, 4, 9, 5));
    await world.pass(HOUR);
    for (const [name, atMs] of first) {
      const times = world.errands.taken.filter(({ request }) => request.errand.name === name);
      expect(times.map((time) => time.atMs)).toEqual([atMs, atMs + HOUR]);
    }
  });
});

describe("people", () => {
  test("may have a job run now, beside its schedule, also while it is paused", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    await world.desk.pause("daily");
    expect(await world.desk.run("daily")).toMatchObject({ job: "daily", isManual: true, state: "running" });
    await world.pass();
    expect(world.asked).toEqual(["daily 08:00"]);
    expect(world.errands.taken[0]?.request.errand.about).toContain(
      "Somebody had it run at 2027-01-04 08:00 (UTC)",
    );
    expect(await world.desk.get("daily")).toMatchObject({ state: "paused" });
  });

  test("change a job as they like: what stays the same keeps its times", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add({ id: "e", schedule: { kind: "every", expr: "1h" }, task: "t", role: "mentor" });
    await world.pass(30 * MINUTE);
    await world.desk.update("e", { task: "other", role: null });
    expect((await world.desk.get("e")).role).toBeUndefined();
    await world.pass(30 * MINUTE);
    expect(world.asked).toEqual(["e 09:00"]);
    const changed = await world.desk.update("e", { schedule: { kind: "every", expr: "2h" } });
    expect(changed.nextRunAtMs).toBe(Date.UTC(2027, 0, 4, 11));
    expect((await world.desk.list()).map(({ id }) => id)).toEqual(["e"]);
  });

  test("find their jobs in the chat that theirs has become", async () => {
    await using world = await new CronWorld().start();
    const old = { ...CHAT, scope: "group", chat: "-1" } as const;
    const now = { ...old, chat: "-1001" };
    await world.desk.add({ ...HOURLY, chat: old });
    await world.desk.add({ ...HOURLY, id: "topic", chat: { ...old, scope: "topic", thread: "7" } });
    await world.desk.add({ ...HOURLY, id: "other", chat: CHAT });
    for (const _ of ["once", "again"]) await world.cron.moveChat(old, now);
    await world.kill();
    expect((await world.desk.list()).map(({ chat }) => [chat?.chat, chat?.thread])).toEqual([
      ["-1001", undefined],
      ["-1001", "7"],
      ["42", undefined],
    ]);
    await world.pass(HOUR);
    expect(world.asked).toHaveLength(3);
  });

  test("take a job away for good", async () => {
    await using world = await new CronWorld().start();
    await world.desk.add(HOURLY);
    await world.desk.remove("hourly");
    await world.kill(2 * HOUR);
    expect(world.asked).toEqual([]);
    expect(await world.desk.list()).toEqual([]);
  });

  test.each([
    [{ ...HOURLY, schedule: { kind: "cron", expr: "0 0 30 2 *" } }, "never comes"],
    [{ ...HOURLY, schedule: { kind: "at", expr: "2020-01-01T00:00Z" } }, '"2020-01-01T00:00Z" is past.'],
    [{ ...HOURLY, id: "a/b" }, "id: expected a name of 1 to 100 characters"],
    [{ ...HOURLY, to: "nowhere" }, "to: expected a target"],
    [{ ...HOURLY, agentId: "nobody" }, 'There is no agent "nobody".'],
    [{ ...HOURLY, task: "" }, "task: "],
  ])("are told what is wrong with %j", async (job, says) => {
    await using world = await new CronWorld().start();
    expect(world.desk.add(job as NewCronJob)).rejects.toThrow(says);
    expect(await world.desk.list()).toEqual([]);
  });

  test("are told which job was probably meant", async () => {
    await using world = await new CronWorld(section(DAILY)).start();
    for (const verb of ["get", "run", "pause", "resume", "remove"] as const) {
      expect(world.desk[verb]("dialy")).rejects.toThrow(
        'There is no scheduled job "dialy". Did you mean "daily"?',
      );
    }
  });

  test("change nothing by looking", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    const before = await world.store.cron.load();
    for (let look = 0; look < 50; look += 1) {
      await world.desk.list();
      await world.desk.get("hourly");
      await world.desk.runs("hourly", 9);
    }
    expect(await world.store.cron.load()).toEqual(before);
    await world.pass(HOUR);
    expect(world.asked).toEqual(["hourly 09:00"]);
  });

  test("see what each run came to, and whether it arrived", async () => {
    await using world = await new CronWorld(section(HOURLY)).start();
    world.errands.outcome = undefined;
    await world.pass(HOUR);
    const { latest } = world.errands;
    const key = `errand/cron:hourly:${Date.UTC(2027, 0, 4, 9)}`;
    world.deliveries.set(key, { state: "pending" });
    world.errands.end(latest, { state: "done", answer: "All is well." });
    await world.pass();
    expect(await world.desk.runs("hourly", 5)).toMatchObject([
      {
        state: "done",
        answer: "All is well.",
        delivery: "pending",
        to: "fake:42",
        atMs: Date.UTC(2027, 0, 4, 9),
      },
    ]);
    world.deliveries.set(key, { state: "dead", error: "blocked" });
    expect(await world.desk.runs("hourly", 5)).toMatchObject([{ delivery: "failed" }]);
    expect(await world.desk.get("hourly")).toMatchObject({ isUndelivered: true });
  });

  test("see the next five times of a schedule before they add it", async () => {
    await using world = await new CronWorld().start();
    expect(world.desk.preview({ kind: "cron", expr: "30 9 * * 1-5", timezone: "Asia/Shanghai" })).toEqual(
      ["05", "06", "07", "08", "11"].map((day) => `2027-01-${day}T09:30:00+08:00`),
    );
    expect(stamp(Date.UTC(2027, 0, 4, 1, 2, 3))).toBe("01:02:03");
  });
});
