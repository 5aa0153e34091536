import { expect, test } from "bun:test";
import type { Schedule } from "../../src/core/schedule.ts";
import { CronWorld } from "../fakes/cron-world.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { randomFrom } from "../fakes/random.ts";
import { timesOnTheWall } from "../fakes/wall-times.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Shanghai",
  "America/Santiago",
];
const START = Date.UTC(2027, 0, 1, 0, 0);
const DAYS = 365;

interface Job {
  readonly id: string;
  readonly schedule: Schedule;
  readonly task: string;
}

/** Two hundred jobs of every kind: most of them once a day or less, a few every hour, at hours that clocks leave out, too. */
function jobsFor(random: (below: number) => number): readonly Job[] {
  return Array.from({ length: 200 }, (_, n) => {
    const timezone = ZONES[n % ZONES.length]!;
    const minute = random(60);
    const hour = n % 3 === 0 ? 1 + random(3) : random(24);
    const exprs = [
      `${minute} ${hour} * * *`,
      `${minute} ${hour} * * ${random(7)}`,
      `${minute} ${hour} ${1 + random(31)} * *`,
      `${minute} ${hour} L * *`,
      `${minute} ${hour} * * MON-FRI`,
      `0 ${minute} ${hour} * * *`,
      n < 10 ? `${minute} * * * *` : "@weekly",
      n < 40 ? `${minute} */6 * * *` : "@monthly",
    ];
    const id = `j${n}`;
    if (n % 20 === 19) return { id, schedule: { kind: "every", expr: `${7 + random(40)}h` }, task: "t" };
    return { id, schedule: { kind: "cron", expr: exprs[n % exprs.length]!, timezone }, task: "t" };
  });
}

/** The times of a job in the year, worked out without the code that is looked at. */
function expectedTimes({ schedule }: Job, end: number): readonly number[] {
  if (schedule.kind !== "every") return timesOnTheWall(schedule, START, end);
  const spanMs = Number(schedule.expr.slice(0, -1)) * HOUR;
  return Array.from({ length: Math.floor((end - START) / spanMs) }, (_, n) => START + (n + 1) * spanMs);
}

test("a year of two hundred jobs in five zones: with kills at random moments, each time comes once, or once late", async () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1_000_000));
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const jobs = jobsFor(random);
  const clock = new FakeClock(START);
  await using world = new CronWorld({ jobs }, { clock, lookEveryMs: DAY, isInMemory: true });
  await world.start();
  const outages: Outage[] = [];
  while (clock.now() < START + DAYS * DAY) {
    await clock.advance(random(6 * DAY));
    // Some die between two steps of a run, some are down for hours.
    const downMs = random(3) === 0 ? random(2 * DAY) : 0;
    for (let round = random(12); round > 0; round -= 1) await Promise.resolve();
    const from = clock.now();
    await world.kill(downMs);
    if (downMs > 0) outages.push({ from, to: clock.now() });
  }
  await world.pass(1000);

  const asked = Map.groupBy(world.errands.taken, ({ request }) => request.errand.name);
  let count = 0;
  for (const job of jobs) {
    const runs = (asked.get(job.id) ?? []).map(({ request, atMs }) => ({ due: Number(request.id), atMs }));
    const all = expectedTimes(job, world.clock.now());
    const wanted = all.filter((at, n) => !isMadeUpForLater(at, all[n + 1], outages));
    expect({ job, due: runs.map(({ due }) => due) }).toEqual({ job, due: wanted });
    count += wanted.length;
    // Nothing is early, and what is late was due while nothing ran.
    for (const { due, atMs } of runs) {
      const outage = outages.find(({ from, to }) => from <= due && due <= to);
      expect(atMs).toBeGreaterThanOrEqual(due);
      expect(atMs).toBeLessThanOrEqual((outage ? outage.to : due) + 1000);
    }
  }
  expect(count).toBeGreaterThan(15_000);
  expect(outages.length).toBeGreaterThan(5);
}, 120_000);

interface Outage {
  readonly from: number;
  readonly to: number;
}

/** Of the times that one outage covers the latest stands for all. */
function isMadeUpForLater(at: number, next: number | undefined, outages: readonly Outage[]): boolean {
  const outage = outages.find(({ from, to }) => from < at && at <= to);
  return outage !== undefined && next !== undefined && next <= outage.to;
}
