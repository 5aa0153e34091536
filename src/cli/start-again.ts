import { existsSync, fstatSync, readFileSync } from "node:fs";
import { isContainer } from "../core/config-bind.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";

/** What of this process says who looks after it. */
export interface Keeper {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process, the one that started it, and so on; as many as a launcher, npm and an init make. */
  readonly line: readonly number[];
  readonly isTerminal: boolean;
  /** `device:inode` of a stream, as systemd names the one to its journal. */
  streamId(descriptor: 1 | 2): string;
  exists(path: string): boolean;
}

/**
 * Whether somebody starts this process again when it ends with `EXIT.restart`: systemd, pm2, or a container's
 * restart policy. Everything that a desktop session starts inherits systemd's variables, so they are compared.
 */
export function isKeptAlive(keeper: Keeper = ownKeeper()): boolean {
  const { env, line, isTerminal } = keeper;
  const journal = env["JOURNAL_STREAM"];
  const isInJournal =
    journal !== undefined && [1, 2].some((one) => keeper.streamId(one as 1 | 2) === journal);
  const isMainProcess = line.includes(Number(env["SYSTEMD_EXEC_PID"]));
  if (isInJournal || isMainProcess || env["pm_id"] !== undefined) return true;
  // What somebody started by hand inside a container does not end with it.
  return !isTerminal && line.includes(1) && isContainer(env, (path) => keeper.exists(path));
}

/**
 * Starts this program anew, with the same arguments, once everything has stopped: in place, so that npm, the
 * launcher and the terminal notice nothing; or by ending, where somebody starts it again.
 */
export function startAgain(): ExitCode {
  if (isKeptAlive()) return EXIT.restart;
  // The standalone binary is its own script, and names itself as one.
  const script = Bun.main.includes("$bunfs") ? [] : [...process.execArgv, Bun.main];
  const command = [process.execPath, ...script, ...process.argv.slice(2)];
  const env = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  process.execve?.(process.execPath, command, Object.fromEntries(env));
  // Only where processes cannot be replaced.
  return EXIT.restart;
}

function ownKeeper(): Keeper {
  return {
    env: process.env,
    line: lineOf(process.pid),
    isTerminal: process.stdout.isTTY,
    streamId: (descriptor) => {
      const { dev, ino } = fstatSync(descriptor);
      return `${dev}:${ino}`;
    },
    exists: existsSync,
  };
}

const LONGEST_LINE = 4;

function lineOf(pid: number): readonly number[] {
  const line = [pid];
  for (let at = pid; at > 1 && line.length < LONGEST_LINE; line.push(at)) at = parentOf(at);
  return line;
}

/** Only Linux tells of others' parents in a file, and only there it matters. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // No such file: not Linux, or somebody else's process. Of our own we know it anyway.
    return pid === process.pid ? process.ppid : 0;
  }
}
