import { describe, expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();
const schedule = (value: object) => ({ cron: { jobs: [{ id: "a", task: "t", schedule: value }] } });

describe("cron", () => {
  test("a span is 1h or 1h30m; a cron expression under every is refused with the right kind named", () => {
    for (const expr of ["1h", "30m", "1h30m", "1.5d", "1500ms", "2w"]) {
      expect(load(schedule({ kind: "every", expr })).config.cron.jobs).toHaveLength(1);
    }
    expect(problemsIn(schedule({ kind: "every", expr: "0 9 * * *" }))[0]).toEndWith(
      'cron.jobs[0].schedule.expr: kind "every" takes a span such as 30m or 1h30m. "0 9 * * *" is a cron expression: use kind "cron".',
    );
    expect(problemsIn(schedule({ kind: "every", expr: "soon" }))).toHaveLength(1);
  });

  test("a time zone must exist", () => {
    const zone = (timezone: string) => schedule({ kind: "cron", expr: "0 9 * * *", timezone });
    expect(load(zone("Asia/Shanghai")).config.cron.enabled).toBe(true);
    expect(problemsIn(zone("Asia/Shangai"))[0]).toContain("expected a time zone such as Asia/Shanghai");
  });

  test("two jobs cannot share an id", () => {
    const one = { id: "a", task: "t", schedule: { kind: "at", expr: "2030-01-01T00:00" } };
    expect(problemsIn({ cron: { jobs: [one, one] } })[0]).toEndWith(
      "cron.jobs[1].id: another job has this id already",
    );
  });

  test("a job that says no more announces its answer, afresh each time", () => {
    expect(load(schedule({ kind: "every", expr: "1h" })).config.cron.jobs[0]).toEqual({
      id: "a",
      task: "t",
      kind: "agent",
      schedule: { kind: "every", expr: "1h" },
      delivery: "announce",
      resumeContext: false,
      catchUp: true,
      enabled: true,
    });
  });

  test.each([
    [{ kind: "cron", expr: "0 0 30 2 *" }, '"0 0 30 2 *" never comes: there is no such date.'],
    [
      { kind: "cron", expr: "61 * * * *" },
      '"61 * * * *" is no cron expression: Invalid value for minute: 61.',
    ],
    [{ kind: "cron", expr: "1h" }, '"1h" is a span: use kind "every".'],
    [{ kind: "at", expr: "2027-02-30T09:00" }, '"2027-02-30T09:00" is no date and time that exists.'],
  ])("%j is refused where it stands", (value, says) => {
    expect(problemsIn(schedule(value))[0]).toContain(`cron.jobs[0].schedule.expr: ${says}`);
  });

  test("one moment may be past: the file stays as it is when it has come", () => {
    expect(load(schedule({ kind: "at", expr: "2020-01-01T09:00" })).config.cron.jobs).toHaveLength(1);
  });

  test("a job's name is one line, and where its answer goes is a target or the owner", () => {
    const job = { task: "t", schedule: { kind: "every", expr: "1h" } };
    const file = (facts: object) => ({ cron: { jobs: [{ id: "a", ...job, ...facts }] } });
    const problem = (facts: object) => problemsIn(file(facts))[0];
    for (const id of ["", "a/b", "a\nb", " a"])
      expect(problem({ id })).toContain("expected a name of 1 to 100");
    expect(load(file({ id: "每日 报告", to: "owner" })).config.cron.jobs).toHaveLength(1);
    expect(problem({ to: "nowhere" })).toContain("expected a target");
  });
});
