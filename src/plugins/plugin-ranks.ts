/** Built-in plugins come before those of the configuration. */
const FIRST = 1000;

/**
 * Places in the order of hooks for a list of plugins, ascending. `known` holds the places of those that run
 * already: as many as can be keep theirs, so that only what moved has to be loaded again.
 */
export function ranksOf(known: readonly (number | undefined)[]): readonly number[] {
  const ranks: number[] = [];
  let last = FIRST;
  for (const [index, rank] of known.entries()) {
    if (rank !== undefined && rank > last) last = rank;
    else {
      const floor = last;
      const next = known.slice(index + 1).find((other) => other !== undefined && other > floor);
      last = next === undefined ? last + 1 : (last + next) / 2;
    }
    ranks.push(last);
  }
  return ranks;
}
