import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import manifest from "../../package.json";
import { fetchOldBun } from "../../scripts/fetch-bun.mjs";

const ROOT = resolve(import.meta.dir, "../..");
/** Comes from npm when the test run has not brought it. */
const FETCH_MS = 60_000;

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "old-bun-"));
  // Whoever else uses the usual port on this machine must not matter.
  await writeFile(join(home, "pi-gateway.jsonc"), '{ "gateway": { "port": 0 } }');
});

afterAll(() => rm(home, { recursive: true, force: true }));

function run(...args: string[]) {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    PI_GATEWAY_CONFIG: join(home, "pi-gateway.jsonc"),
    NO_COLOR: "1",
  };
  const { exitCode, stdout, stderr } = Bun.spawnSync([fetchOldBun(), ...args], { cwd: ROOT, env });
  return { exitCode, stdout: stdout.toString().trim(), stderr: stderr.toString() };
}

test(
  "the oldest Bun that may start the gateway hands over to the pinned one",
  () => {
    expect(run("--version").stdout).toBe("1.1.0");
    const { exitCode, stdout } = run("run", "src/cli.ts", "doctor");
    expect(stdout).toMatch(new RegExp(`ok +Bun +${manifest.dependencies.bun}`));
    expect(exitCode).toBe(0);
  },
  FETCH_MS,
);

test(
  "arguments and exit code go through the hand-over, and hints fit how it was started",
  () => {
    const { exitCode, stderr } = run("run", "src/cli.ts", "gatewya");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Did you mean gateway?");
    expect(stderr).toContain(`"bun run ${join("src", "cli.ts")} --help"`);
  },
  FETCH_MS,
);

test(
  "the guide's `bun run start` works from it too",
  () => {
    const { exitCode, stdout } = run("run", "start", "--help");
    expect(stdout).toContain("npx pi-gw gateway [options]");
    expect(exitCode).toBe(0);
  },
  FETCH_MS,
);
