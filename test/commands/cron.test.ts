import { describe, expect, test } from "bun:test";
import { readJob } from "../../src/commands/cron.ts";
import { CHAT, type PathWorld } from "../fakes/path-world.ts";
import { ask, owner, up } from "./ask.ts";

const chinese = (world: { gateway?: object }) => ({ ...world, gateway: { language: "zh" } });

async function running(config: object = {}): Promise<PathWorld> {
  const world = await up({ config });
  await world.cron.start();
  return world;
}

describe("/cron", () => {
  test("shows what there is, and how to have something", async () => {
    await using world = await running();
    expect(await ask(world, "/cron")).toContain("There are no scheduled jobs here.");
    await world.cron.desk.add({ id: "tea", schedule: { kind: "every", expr: "1h" }, task: "t", chat: CHAT });
    const said = await ask(world, "/cron", owner);
    expect(said).toContain("- `tea`: `every 1h`, waiting, next 20");
    expect(said).toContain("`/cron run JOB`");
    await world.cron.stop();
  });

  test("lets owners add, run, pause, resume and remove", async () => {
    await using world = await running();
    const say = (text: string) => ask(world, text, owner);
    expect(await say('/cron add report cron "0 9 * * 1-5" Write the report')).toMatch(
      /^`report` is there\. Its next times:\n\n(- 20\S+\n){4}- 20\S+$/,
    );
    expect(await world.cron.desk.get("report")).toMatchObject({ task: "Write the report", chat: CHAT });
    expect(await say("/cron pause report")).toBe("`report` is paused.");
    expect(await say("/cron")).toContain("`0 9 * * 1-5`, paused");
    expect(await say("/cron resume report")).toContain("`report` goes on.");
    expect(await say("/cron run report")).toContain("`report` runs now.");
    await world.pass(1000);
    expect(world.platform.transcript().at(-1)).toBe("`report`\n\nThe answer is 42.");
    expect(await say("/cron runs report")).toContain(": done – The answer is 42.");
    expect(await say("/cron remove report")).toBe("`report` is gone.");
    expect(await say("/cron run report")).toBe('There is no scheduled job "report".');
    await world.cron.stop();
  });

  test("adds a job with the rights that the agent has in that chat", async () => {
    await using world = await running();
    await ask(world, "/cron add tea at 20m Tea", { ...owner, role: "public" });
    expect(await world.cron.desk.get("tea")).toMatchObject({ agentId: "main", role: "public" });
    await ask(world, "/cron add cake at 20m Cake", owner);
    expect(await world.cron.desk.get("cake")).not.toHaveProperty("role");
    await world.cron.stop();
  });

  test("changes nothing for anybody else, who sees the jobs of their own chat only", async () => {
    await using world = await running();
    const elsewhere = { ...CHAT, chat: "77" };
    const job = { schedule: { kind: "every", expr: "1h" }, task: "t" } as const;
    await world.cron.desk.add({ ...job, id: "here", chat: CHAT });
    await world.cron.desk.add({ ...job, id: "there", chat: elsewhere });
    const said = await ask(world, "/cron");
    expect(said).toContain("`here`");
    expect(said).not.toContain("there`");
    expect(await ask(world, "/cron runs there")).toBe("There is no scheduled job `there` here.");
    for (const verb of ["run", "pause", "resume", "remove"]) {
      expect(await ask(world, `/cron ${verb} here`)).toContain("Only an owner of this gateway may use");
    }
    expect((await world.cron.desk.list()).map(({ state }) => state)).toEqual(["waiting", "waiting"]);
    await world.cron.stop();
  });

  test("says what it did not understand, and what is wrong with a schedule", async () => {
    await using world = await running();
    expect(await ask(world, "/cron dance", owner)).toContain("`dance` was not understood.");
    expect(await ask(world, "/cron add tea", owner)).toContain("For example `/cron add tea at 20m");
    expect(await ask(world, "/cron add tea every 0s Tea", owner)).toContain('"0s" is too often');
    await world.cron.stop();
  });

  test("speaks Chinese where the gateway does", async () => {
    await using world = await running(chinese({}));
    expect(await ask(world, "/cron add tea at 20m 茶", owner)).toContain("已添加 `tea`");
    expect(await ask(world, "/cron", owner)).toContain("- `tea`: `at 20m`, 等待中,下次".slice(0, 20));
    await world.cron.stop();
  });
});

test("what stands behind add is read in one way", () => {
  expect(readJob("a", "every 1h Look for mail\nand more")).toEqual({
    id: "a",
    schedule: { kind: "every", expr: "1h" },
    task: "Look for mail\nand more",
  });
  expect(readJob("a", 'cron "0 9 * * *" x')?.schedule).toEqual({ kind: "cron", expr: "0 9 * * *" });
  expect(readJob("a", "cron @daily x")?.schedule.expr).toBe("@daily");
  for (const text of ["", "every 1h", "weekly x y", 'cron "0 9 * * *'])
    expect(readJob("a", text)).toBeUndefined();
});
