const DISCORD_EPOCH_MS = 1_420_070_400_000;

/** Ids as Discord makes them: the time they were made at is in them, and a later one is always greater. */
export class Snowflakes {
  readonly #now: () => number;
  #last = 0n;

  constructor(now: () => number) {
    this.#now = now;
  }

  next(): string {
    const timed = BigInt(this.#now() - DISCORD_EPOCH_MS) << 22n;
    this.#last = timed > this.#last ? timed : this.#last + 1n;
    return String(this.#last);
  }
}

/** When an id was made. */
export function madeAtMs(id: string): number {
  return Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS;
}

/** Which of two ids is the later one: negative if `a` is earlier. */
export function compareIds(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
