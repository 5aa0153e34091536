import { type Clock, systemClock } from "../../../../../src/lib/clock.ts";

/** Lets all of this process live faster until it is disposed of: clocks, timers, and whatever counts by them. */
export function fasterTime(factor: number): Disposable & { readonly clock: Clock } {
  const real = { now: Date.now, setTimeout: globalThis.setTimeout };
  const start = real.now();
  Date.now = () => start + (real.now() - start) * factor;
  const faster = (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    real.setTimeout(work, ms / factor, ...given);
  globalThis.setTimeout = Object.assign(faster, real.setTimeout) as typeof setTimeout;
  return {
    clock: { now: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    [Symbol.dispose]: () => {
      Date.now = real.now;
      globalThis.setTimeout = real.setTimeout;
    },
  };
}
