import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { ownCpuMs } from "./processes.ts";

/** What the figures were measured on. Nothing in it names the machine, its paths or its people. */
export function machineFacts() {
  return {
    system: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGb: round(totalmem() / 2 ** 30),
  };
}

/** Load average over 1, 5 and 15 minutes. */
export const load = (): readonly number[] => loadavg().map(round);

/** How much of the machine others used while something was measured. */
export interface Noise {
  /** CPU that was used by programs that are not the bench's, or stolen, in percent of all cores. */
  readonly othersPercent: number;
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** Begins to listen; call the result at the end, when everything that the bench started has ended. */
export function listenForNoise(): () => Noise {
  const before = load();
  const [busyBefore, ownBefore, startedAt] = [busyMs(), ownCpuMs(), performance.now()];
  return () => {
    const others = busyMs() - busyBefore - (ownCpuMs() - ownBefore);
    const available = (performance.now() - startedAt) * availableParallelism();
    return {
      othersPercent: Math.max(0, round((100 * others) / available)),
      load: { before, after: load() },
    };
  };
}

const MS_PER_TICK = 10;

/** All that the cores have done, or were kept from doing, since the machine started. */
function busyMs(): number {
  const [, ...ticks] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/);
  const [user = 0, nice = 0, system = 0, _idle, _waiting, interrupts = 0, soft = 0, stolen = 0] =
    ticks.map(Number);
  return (user + nice + system + interrupts + soft + stolen) * MS_PER_TICK;
}

const QUIET_PERCENT = 15;
const LOOK_MS = 1000;

/** Waits until others leave the machine alone, but at most until `deadline` (as of `performance.now`). */
export async function untilQuiet(deadline: number): Promise<void> {
  while (performance.now() + LOOK_MS < deadline) {
    const listen = listenForNoise();
    await Bun.sleep(LOOK_MS);
    if (listen().othersPercent < QUIET_PERCENT) return;
  }
}

const round = (value: number) => Math.round(value * 10) / 10;
