import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "open-log-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** Runs `body` in a process of its own, where `loaded(values)` and `openLog` are at hand. */
async function inProcess(body: string): Promise<{ readonly out: string; readonly err: string }> {
  const src = join(import.meta.dir, "../../src");
  const script = `
    import { openLog } from ${JSON.stringify(`${src}/cli/open-log.ts`)};
    import { loadConfig } from ${JSON.stringify(`${src}/core/config.ts`)};
    const home = ${JSON.stringify(home)};
    const loaded = (values = {}) => loadConfig({ env: {}, home, cwd: home, channels: {}, flags:
      Object.entries(values).map(([path, value]) => ({ path: path.split("."), value, name: "-" })) });
    ${body}`;
  await writeFile(join(home, "body.ts"), script);
  const child = Bun.spawn([process.execPath, join(home, "body.ts")], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { out, err };
}

const logFile = () => readFile(join(home, ".pi/gateway/logs/gateway.log"), "utf8");

test("log lines go to standard error and into a file; standard output stays for people", async () => {
  const { out, err } = await inProcess(`
    openLog(loaded(), { isVerbose: false }).log.info({ n: 1 }, "it happened");`);
  expect(out).toBe("");
  expect(JSON.parse(err)).toMatchObject({ level: "info", n: 1, msg: "it happened" });
  expect(await logFile()).toBe(err);
});

test("no log file is written where none is wanted", async () => {
  await inProcess(`
    openLog(loaded({ "gateway.logFiles.enabled": false }), { isVerbose: false }).log.info({}, "it happened");`);
  await expect(logFile()).rejects.toThrow("ENOENT");
});

test("--verbose shows everything, whatever the configuration says", async () => {
  const { err } = await inProcess(`
    const quiet = loaded({ "gateway.logLevel": "error" });
    openLog(quiet, { isVerbose: false }).log.debug({}, "not this");
    openLog(quiet, { isVerbose: true }).log.debug({}, "but this");`);
  expect(err).not.toContain("not this");
  expect(err).toContain("but this");
});

test("secrets of the configuration and the generated token are hidden, also those that come later", async () => {
  await writeFile(join(home, "token"), "generated-token\n");
  const { err } = await inProcess(`
    const opened = openLog(loaded({ "gateway.auth.token": "first-secret", "gateway.stateDir": home }), { isVerbose: false });
    opened.log.info({ note: "a first-secret and a generated-token" }, "one");
    opened.follow(loaded({ "gateway.auth.token": "second-secret", "gateway.stateDir": home, "gateway.logLevel": "warn" }));
    opened.log.info({}, "too quiet now");
    opened.log.warn({ note: "a second-secret" }, "two");`);
  expect(err).not.toMatch(/first-secret|second-secret|generated-token/);
  expect(err).not.toContain("too quiet now");
  expect(err.trim().split("\n")).toHaveLength(2);
});
