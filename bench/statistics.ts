/** A random source that gives the same numbers for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The value below which `share` of `values` lie, between two of them by proportion. NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What was measured, and the bounds in which 95 % of resampled measurements lie. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/** `measure` of the rows, with the bounds of its spread by drawing as many rows with replacement. */
export function bootstrap<Row>(
  rows: readonly Row[],
  measure: (rows: readonly Row[]) => number,
  random: () => number,
): Estimate {
  const draws = Array.from({ length: RESAMPLES }, () =>
    measure(rows.map((row) => rows[Math.floor(random() * rows.length)] ?? row)),
  );
  return { value: measure(rows), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}
