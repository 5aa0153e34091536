import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import manifest from "../../package.json";
import { fetchOldBun } from "../../scripts/fetch-bun.mjs";

const ROOT = resolve(import.meta.dir, "../..");
/** Comes from npm when the test run has not brought it. */
const FETCH_MS = 60_000;

function run(...args: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([fetchOldBun(), ...args], { cwd: ROOT });
  return { exitCode, stdout: stdout.toString().trim(), stderr: stderr.toString() };
}

test(
  "the oldest Bun that may start the gateway hands over to the pinned one",
  () => {
    expect(run("--version").stdout).toBe("1.1.0");
    expect(run("run", "src/cli.ts", "--version")).toMatchObject({ exitCode: 0, stdout: manifest.version });
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
