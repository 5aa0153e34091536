import type { PiProgram } from "../src/core/pi-program.ts";
import type { Figure } from "./figures.ts";

/** What a part of the bench needs to know. */
export interface BenchContext {
  readonly program: PiProgram;
  /** Only whether it works: few repetitions. */
  readonly isQuick: boolean;
  readonly random: () => number;
}

/** One part of the bench. It ends whatever it has started. */
export type Part = (context: BenchContext) => Promise<readonly Figure[]>;

/** Throws unless the answer is the right one: a wrong answer is not worth measuring. */
export function assertAnswer(have: string, want: string): void {
  if (have !== want) throw new Error(`wrong answer: ${have.slice(0, 80)} instead of ${want.slice(0, 80)}`);
}

const DEADLINE_MS = 60_000;

/** The same promise, which fails if it takes too long: a bench that hangs says nothing. */
export async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come`)), DEADLINE_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
