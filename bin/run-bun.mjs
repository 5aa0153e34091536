import { spawn } from "node:child_process";
import { constants } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findBun, pinnedVersion } from "./find-bun.mjs";

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP"];
/**
 * A Ctrl-C under `npm start` reaches this process twice, from the terminal and from npm. What comes again
 * within this time is the same wish.
 */
const ECHO_MS = 400;
/** As shells say it: the program was not found. */
const NOT_FOUND = 127;

/**
 * Runs the pinned Bun in place of this process, as far as that can be done without being it: same terminal,
 * signals passed on once each, and at the end its exit code, or its signal. Never returns normally.
 */
export function runBun(args, env = {}) {
  const bun = findBun();
  if (bun === undefined) {
    const root = dirname(dirname(fileURLToPath(import.meta.url)));
    stopWith(
      `pi-gateway runs on Bun ${pinnedVersion()}, which is not installed for this machine: run "npm install --include=optional" in ${root}.`,
    );
    return;
  }
  const child = spawn(bun, args, { stdio: "inherit", env: { ...process.env, ...env } });
  child.on("error", (error) => stopWith(`Bun could not be started from ${bun}: ${error.message}.`));
  const stopPassingOn = passSignalsTo(child);
  child.on("exit", (code, signal) => {
    stopPassingOn();
    endLike(code, signal);
  });
}

function passSignalsTo(child) {
  const lastMs = {};
  const passOn = (signal) => {
    const now = performance.now();
    if (now - (lastMs[signal] ?? -ECHO_MS) < ECHO_MS) return;
    lastMs[signal] = now;
    child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  return () => {
    for (const signal of PASSED_ON) process.removeListener(signal, passOn);
  };
}

/** Ends this process as the child ended: shells and process managers tell a signal from an exit code. */
function endLike(code, signal) {
  if (typeof signal !== "string") process.exit(code ?? 1);
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
}

function stopWith(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(NOT_FOUND);
}
