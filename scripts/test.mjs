// `npm test`: sets up what is missing, runs every test on the pinned Bun, and ends with `N passed, N failed`.
// Arguments after `--` go to `bun test`: `npm test -- test/cli`.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findBun } from "../bin/find-bun.mjs";
import { fetchOldBun } from "./fetch-bun.mjs";
import { fetchDiscordTwin } from "./fetch-discord-twin.mjs";
import { fetchTdlib } from "./fetch-tdlib.mjs";
import { ensureChromium } from "./find-chromium.mjs";
import { ensureDiscordPython } from "./find-discord-python.mjs";
import { ensureTelegramPython } from "./find-telegram-python.mjs";
import { ensureInstalled, ROOT } from "./setup.mjs";
import { totalsOf } from "./test-totals.mjs";

const REPORT = join(ROOT, ".cache", "test-report.xml");

try {
  ensureInstalled({ dev: true });
  const env = {
    ...process.env,
    CHROMIUM_PATH: ensureChromium(),
    DISCORD_PYTHON: ensureDiscordPython(),
    TELEGRAM_PYTHON: ensureTelegramPython(),
  };
  fetchOldBun();
  fetchPi();
  fetchTdlib();
  fetchDiscordTwin();
  const code = await runTests(process.argv.slice(2), env);
  const { passed, failed } = totalsOf(readReport(), code);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}

function fetchPi() {
  const fetched = spawnSync(process.execPath, [join(ROOT, "scripts", "fetch-pi.mjs")], {
    stdio: ["ignore", "ignore", 2],
  });
  if (fetched.status !== 0)
    throw new Error("The newer pi that the tests also run on could not be fetched from npm.");
}

/** Runs `bun test` and resolves to its exit code; 128 or more when a signal ended it. */
function runTests(args, env) {
  const bun = findBun();
  if (bun === undefined)
    throw new Error("Bun is missing after the set-up: npm left out optional dependencies.");
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  rmSync(REPORT, { force: true });
  // Other work may keep the machine busy: a slow test is not a failed one.
  const report = ["--timeout=20000", "--reporter=junit", `--reporter-outfile=${REPORT}`];
  const child = spawn(bun, ["test", ...report, ...args], { cwd: ROOT, env, stdio: ["ignore", 1, 2] });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 128));
  });
}

function readReport() {
  try {
    return readFileSync(REPORT, "utf8");
  } catch {
    // The run broke off before it could report; its exit code tells.
    return "";
  }
}
