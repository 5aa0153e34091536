import { readdirSync, readFileSync } from "node:fs";

/** What the kernel counts of processes, read from /proc: the bench runs on Linux. */

const TICKS_PER_SECOND = 100;
const KB_PER_MB = 1024;

/** CPU that a process has used so far, its threads included and its children not, to 10 ms. */
export function cpuMsOf(pid: number): number {
  const [user = 0, system = 0] = timesOf(pid);
  return ((user + system) * 1000) / TICKS_PER_SECOND;
}

/** CPU of this process and of all its descendants that have ended. */
export function ownCpuMs(): number {
  return (timesOf(process.pid).reduce((sum, ticks) => sum + ticks, 0) * 1000) / TICKS_PER_SECOND;
}

/** Ticks in user and system mode, of the process and of the children it has waited for. */
function timesOf(pid: number): number[] {
  return fieldsOf(pid).slice(11, 15).map(Number);
}

/** Where the CPU of the threads that live went, to the nanosecond: for finding causes. */
export function threadCpuMs(pid: number): ReadonlyMap<string, number> {
  const byName = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    const [name, ran] = [readIfThere(`${folder}/comm`), readIfThere(`${folder}/schedstat`)];
    if (name === undefined || ran === undefined) continue;
    const key = name.trim();
    byName.set(key, (byName.get(key) ?? 0) + Number(ran.split(" ")[0]) / 1e6);
  }
  return byName;
}

export interface MemoryMb {
  readonly resident: number;
  /** Of its own: heaps and stacks. The rest is the program's file, which all its processes share. */
  readonly anonymous: number;
  /** Shared pages counted by their share. */
  readonly proportional: number;
}

export function memoryOf(pid: number): MemoryMb {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return {
    resident: mbIn(status, "VmRSS"),
    anonymous: mbIn(status, "RssAnon"),
    proportional: mbIn(rollup, "Pss"),
  };
}

function mbIn(text: string, name: string): number {
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  if (kb === undefined) throw new Error(`the kernel does not tell ${name}`);
  return Number(kb) / KB_PER_MB;
}

/** The processes that `parent` has started and that live. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(fieldsOf(pid)[1]);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** What /proc tells of a process, from its state on: its name may hold anything. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The thread ended while we looked.
    return undefined;
  }
}
