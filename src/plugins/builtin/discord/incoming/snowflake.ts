/** Discord's ids count upwards with time: the milliseconds since this moment stand above their lowest 22 bits. */
const EPOCH_MS = 1_420_070_400_000;
const TIME_SHIFT = 22n;

/** Whether one id is younger than another. */
export function isAfter(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}

/** The younger of two ids. */
export function laterOf(one: string, other: string): string {
  return isAfter(one, other) ? one : other;
}

/** When an id was given. */
export function timeOf(id: string): number {
  return Number(BigInt(id) >> TIME_SHIFT) + EPOCH_MS;
}

/** The least id that can be given at a time. */
export function idAt(atMs: number): string {
  return String(BigInt(Math.max(0, Math.floor(atMs) - EPOCH_MS)) << TIME_SHIFT);
}

/** The id right before another one. */
export function idBefore(id: string): string {
  return String(BigInt(id) - 1n);
}
