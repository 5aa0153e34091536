import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { PooledPi } from "./pooled-pi.ts";

/** A turn mostly waits for its model, so more run than there are cores; a pi takes up to about 150 MB. */
export function autoMax(): number {
  const byMemory = Math.floor(totalmem() / 4 / (150 * 1024 * 1024));
  return Math.max(2, Math.min(4 * availableParallelism(), byMemory));
}

/** The one that has the session open; else a fresh one, else the longest idle; else one that is coming up. */
export function pick(free: readonly PooledPi[], file: string): PooledPi | undefined {
  const ready = free.filter((pi) => pi.isReady);
  return (
    ready.find((pi) => pi.holds(file)) ??
    ready.find((pi) => pi.session === undefined) ??
    longestIdle(ready) ??
    free.find((pi) => !pi.isReady)
  );
}

/** The process that has been idle for longest. */
export function longestIdle(free: readonly PooledPi[]): PooledPi | undefined {
  return free.toSorted((a, b) => a.idleSinceMs - b.idleSinceMs)[0];
}

/** Memory that is in use by a process; 0 where the system does not tell. */
export async function residentMb(pid: number): Promise<number> {
  try {
    const text =
      process.platform === "linux"
        ? /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]
        : await Bun.$`ps -o rss= -p ${pid}`.quiet().text();
    return Number(text ?? 0) / 1024;
  } catch {
    // It has just ended, or there is no ps: nothing to replace.
    return 0;
  }
}
