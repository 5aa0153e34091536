/** Room for so many rows in one millisecond before numbers run ahead of the clock. */
const PER_MS = 1024;

/**
 * The order of everything that has one. Numbers rise by one call after the other, also over restarts
 * and when the clock goes back; they hold the time, so that one is never given twice, not even
 * after its row was deleted.
 */
export class Sequence {
  #last = 0;

  /** Goes on behind what the file holds. */
  startAfter(last: number): void {
    this.#last = Math.max(this.#last, last);
  }

  next(nowMs: number): number {
    this.#last = Math.max(this.#last + 1, nowMs * PER_MS);
    return this.#last;
  }
}

/** Every row below this number was made before `ms`. */
export const firstOf = (ms: number): number => ms * PER_MS;

/** How a number is written where others keep it as an id. */
export const idOf = (seq: number): string => seq.toString(36);

/** The number behind an id, or one that no row has. */
export function seqOf(id: string): number {
  const seq = Number.parseInt(id, 36);
  return Number.isSafeInteger(seq) && idOf(seq) === id ? seq : -1;
}
