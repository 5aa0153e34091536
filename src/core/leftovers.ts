import { readdir, readFile } from "node:fs/promises";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";

/** The variable that every pi has in its environment, and with it everything that pi starts. */
export const BOOT_VARIABLE = "PI_GATEWAY_BOOT";

const TERM_GRACE_MS = 1000;
const POLL_MS = 20;
const ROUNDS = 5;

/**
 * One run of the gateway on one state folder: `<state>.<pid>.<start time>.<random>`. Anybody can read from
 * it whether that gateway still lives, and whose processes are not theirs to touch.
 */
export interface Boot {
  readonly id: string;
  /** What `PI_GATEWAY_BOOT` is for the n-th pi of this run. */
  markOf(serial: number): string;
}

/** Names this run of the gateway. */
export async function newBoot(stateRoot: string): Promise<Boot> {
  const startedAt = (await startTimeOf(process.pid)) ?? String(Date.now());
  const random = crypto.randomUUID().slice(0, 8);
  const id = [stateMark(stateRoot), process.pid, startedAt, random].join(".");
  return { id, markOf: (serial) => `${id}/${serial}` };
}

const stateMark = (stateRoot: string) => Bun.hash(stateRoot).toString(36);

/**
 * Ends what runs of the gateway on this state left behind when they were killed: their pi and all that it had
 * started. Only one gateway runs on a state, but each is asked for all the same: what belongs to one that
 * lives is left alone. Returns how many processes were ended.
 */
export async function endLeftovers(stateRoot: string, own: Boot, clock: Clock, log: Logger): Promise<number> {
  const find = async () => {
    const marked = await markedProcesses((mark) => mark.startsWith(`${stateMark(stateRoot)}.`));
    const dead: MarkedProcess[] = [];
    for (const found of marked) {
      const boot = found.mark.split("/")[0] ?? "";
      if (boot !== own.id && !(await isAlive(boot))) dead.push(found);
    }
    return dead;
  };
  return endAll(find, clock, log);
}

/** Ends what one pi left behind: everything that carries its mark. */
export async function endOrphans(mark: string, clock: Clock, log: Logger): Promise<number> {
  return endAll(() => markedProcesses((found) => found === mark), clock, log);
}

/** What is ended may have started something since it was looked for: looked again until there is nothing. */
async function endAll(find: () => Promise<MarkedProcess[]>, clock: Clock, log: Logger): Promise<number> {
  let ended = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await find();
    if (found.length === 0) break;
    await endProcesses(found, clock, log);
    ended += found.length;
  }
  return ended;
}

interface MarkedProcess {
  readonly pid: number;
  readonly startedAt: string;
  readonly mark: string;
}

/** True if the gateway of this boot id still runs: same pid and same start time. */
async function isAlive(boot: string): Promise<boolean> {
  const [, pid, startedAt] = boot.split(".");
  return startedAt !== undefined && (await startTimeOf(Number(pid))) === startedAt;
}

/** The processes of this user whose environment has a mark that fits. Linux tells; elsewhere there are none. */
async function markedProcesses(fits: (mark: string) => boolean): Promise<MarkedProcess[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => markedProcess(pid, fits)));
  return found.filter((process) => process !== undefined);
}

async function markedProcess(
  pid: number,
  fits: (mark: string) => boolean,
): Promise<MarkedProcess | undefined> {
  const environment = await readProc(`/proc/${pid}/environ`);
  const at = environment?.indexOf(`${BOOT_VARIABLE}=`) ?? -1;
  if (!environment || at === -1 || (at > 0 && environment[at - 1] !== "\0")) return undefined;
  const mark = environment.slice(at + BOOT_VARIABLE.length + 1).split("\0")[0] ?? "";
  const startedAt = fits(mark) && pid !== process.pid ? await startTimeOf(pid) : undefined;
  return startedAt === undefined ? undefined : { pid, startedAt, mark };
}

/** When a process started, in ticks since the machine did; undefined if there is none. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readProc(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; the fields after it are numbered from 3.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch {
    // Ended meanwhile, or somebody else's.
    return undefined;
  }
}

async function endProcesses(found: readonly MarkedProcess[], clock: Clock, log: Logger): Promise<void> {
  log.warn({ pids: found.map(({ pid }) => pid) }, "processes that a killed pi left behind are ended");
  await signalAll(found, "SIGTERM");
  const untilMs = clock.now() + TERM_GRACE_MS;
  while (clock.now() < untilMs && (await stillThere(found)).length > 0) await clock.sleep(POLL_MS);
  await signalAll(await stillThere(found), "SIGKILL");
}

async function stillThere(found: readonly MarkedProcess[]): Promise<MarkedProcess[]> {
  const there = await Promise.all(found.map(async (one) => (await startTimeOf(one.pid)) === one.startedAt));
  return found.filter((_, at) => there[at]);
}

/** A pid may be given anew at any moment, so the start time is compared right before. */
async function signalAll(found: readonly MarkedProcess[], signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  for (const { pid } of await stillThere(found)) {
    try {
      process.kill(pid, signal);
    } catch {
      // Ended by itself in between.
    }
  }
}
