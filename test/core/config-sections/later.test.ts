import { describe, expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();
const schedule = (value: object) => ({ cron: { jobs: [{ id: "a", task: "t", schedule: value }] } });

describe("sections of features to come are checked all the same", () => {
  test("a span is 1h or 1h30m; a cron expression under every is refused with the right kind named", () => {
    for (const expr of ["1h", "30m", "1h30m", "1.5d", "500ms", "2w"]) {
      expect(load(schedule({ kind: "every", expr })).config.cron.jobs).toHaveLength(1);
    }
    expect(problemsIn(schedule({ kind: "every", expr: "0 9 * * *" }))[0]).toContain('needs "kind": "cron"');
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
      enabled: true,
    });
  });
});
