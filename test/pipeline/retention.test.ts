import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema, type Config } from "../../src/core/config-schema.ts";
import { errandSession, placeOfErrand } from "../../src/core/errand.ts";
import type { Session } from "../../src/core/session.ts";
import type { SessionKey } from "../../src/core/session-key.ts";
import type { Retention as Times } from "../../src/core/store.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { Retention } from "../../src/pipeline/retention.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const DAY_MS = 86_400_000;

function keeping(config: object, left: number) {
  const clock = new FakeClock();
  const mediaDir = mkdtempSync(join(tmpdir(), "media-"));
  const workspace = mkdtempSync(join(tmpdir(), "workspace-"));
  const steps: { times: Times; limit: number }[] = [];
  const prune = async (times: Times, limit: number) => {
    steps.push({ times, limit });
    return left-- > 0 ? limit : 0;
  };
  const idle = new Map<string, Session>();
  const sessions = {
    idleJobs: async (beforeMs: number, limit: number) =>
      [...idle.values()].filter((one) => one.lastActiveAtMs < beforeMs).slice(0, limit),
    remove: async (key: SessionKey) => idle.delete(key),
  };
  const parsed = configSchema({}).parse(config) as Config;
  const retention = new Retention({
    store: { prune, sessions },
    config: () => parsed,
    mediaDir,
    workspaces: () => [workspace, join(workspace, "none")],
    clock,
    log: silentLogger,
  });
  const dispose = () => [mediaDir, workspace].forEach((folder) => rmSync(folder, { recursive: true }));
  return { clock, mediaDir, workspace, steps, idle, retention, [Symbol.dispose]: dispose };
}

test("old rows go in small steps with a breath between them, what was said stays unless asked otherwise", async () => {
  using kept = keeping({ store: { finishedDays: 7 } }, 3);
  await kept.retention.start();
  await kept.clock.advance(61_000);
  expect(kept.steps).toHaveLength(4);
  expect(kept.steps[0]?.limit).toBeLessThanOrEqual(500);
  const now = kept.clock.now();
  expect(kept.steps[0]?.times.finishedBeforeMs).toBeLessThanOrEqual(now - 7 * DAY_MS);
  expect(kept.steps[0]?.times).not.toHaveProperty("historyBeforeMs");
  await kept.retention.stop();
});

test("conversations that were in no chat go with their transcripts once nobody has needed them for more than a year", async () => {
  using kept = keeping({}, 0);
  const { clock, mediaDir, idle } = kept;
  const transcripts = mkdtempSync(join(mediaDir, "transcripts-"));
  for (const [name, days] of [
    ["old", 401],
    ["new", 399],
  ] as const) {
    const key = errandSession("main", { by: "webhook", name });
    const file = join(transcripts, name);
    writeFileSync(file, "{}");
    const lastActiveAtMs = clock.now() - days * DAY_MS;
    const address = placeOfErrand({ by: "webhook", name });
    idle.set(key, { key, agent: "main", address, file, createdAtMs: 0, lastActiveAtMs, turns: 1 });
  }
  await kept.retention.start();
  await clock.advance(61_000);
  await until(clock, () => idle.size === 1);
  expect(readdirSync(transcripts)).toEqual(["new"]);
  await kept.retention.stop();
});

/** Lets the work on the disk go on until something is so. */
async function until(clock: FakeClock, isSo: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(10_000);
  while (!isSo() && !late.aborted) await clock.advance(0);
  expect(isSo()).toBe(true);
}

test("it is done again every hour", async () => {
  using kept = keeping({}, 0);
  await kept.retention.start();
  for (const times of [1, 2, 3]) {
    await until(kept.clock, () => kept.clock.sleeping === 1);
    await kept.clock.advance(3_600_000);
    expect(kept.steps).toHaveLength(times);
  }
  await kept.retention.stop();
});

test("files go by age, and by what they take together, oldest first", async () => {
  using kept = keeping({ media: { cache: { maxAgeDays: 10, maxMb: 1 } } }, 0);
  const put = (name: string, ageDays: number, bytes: number) => {
    const path = join(kept.mediaDir, name);
    writeFileSync(path, new Uint8Array(bytes));
    const at = kept.clock.now() / 1000 - ageDays * 86_400;
    utimesSync(path, at, at);
  };
  put("old", 11, 1);
  put("big-recent", 1, 700_000);
  put("big-older", 2, 700_000);
  put("small", 0, 10);
  await kept.retention.start();
  await kept.clock.advance(61_000);
  await until(kept.clock, () => kept.clock.sleeping === 1);
  expect(readdirSync(kept.mediaDir).toSorted()).toEqual(["big-recent", "small"]);
  await kept.retention.stop();
});

test.each([
  [{}, ["10-0123456789ab", "80-0123456789ab", "fresh-0123456789ab"]],
  [{ media: { inboxDays: 50 } }, ["10-0123456789ab", "fresh-0123456789ab"]],
  [{ store: { historyDays: 5 } }, ["fresh-0123456789ab"]],
])("the files that agents work with go with their messages or before: %j", async (config, kept) => {
  using world = keeping(config, 0);
  const inbox = join(world.workspace, "inbox");
  const put = (folder: string, ageDays: number) => {
    mkdirSync(join(inbox, folder), { recursive: true });
    writeFileSync(join(inbox, folder, "file.txt"), "x");
    const at = world.clock.now() / 1000 - ageDays * 86_400;
    utimesSync(join(inbox, folder), at, at);
  };
  put("100-0123456789ab", 100);
  put("80-0123456789ab", 80);
  put("10-0123456789ab", 10);
  put("fresh-0123456789ab", 0);
  // Somebody's own, however old.
  put("of-an-agent", 1000);
  writeFileSync(join(inbox, "note-0123456789ab"), "no folder");
  utimesSync(join(inbox, "note-0123456789ab"), 1, 1);
  await world.retention.start();
  await world.clock.advance(61_000);
  await until(world.clock, () => world.clock.sleeping === 1);
  expect(readdirSync(inbox).toSorted()).toEqual([...kept, "note-0123456789ab", "of-an-agent"].toSorted());
  await world.retention.stop();
});
