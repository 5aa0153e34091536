import fc from "fast-check";

/** Texts, and a number that goes with each. */
export interface Cases {
  readonly texts: fc.Arbitrary<string>;
  readonly numbers?: fc.Arbitrary<number>;
  readonly runs: number;
  /** How often a faulty text is tried to be made smaller: fewer times where one look takes long. */
  readonly tries?: number;
}

/** What is wrong with a text, in one line; undefined if nothing is. What it throws is a fault, too. */
type FaultIn = (text: string, number: number) => string | undefined;

/** Throws if a fault is found in any text: the fault, the least text that has it, and the seed to see it again. */
export function expectNoFault(
  { texts, numbers = fc.constant(0), runs, tries = 5000 }: Cases,
  faultIn: FaultIn,
): void {
  const faultOf = (text: string, number: number) => {
    try {
      return faultIn(text, number);
    } catch (error) {
      return firstLine(error instanceof Error ? error.message : String(error));
    }
  };
  const property = fc.property(texts, numbers, (text, number) => faultOf(text, number) === undefined);
  const { counterexample, seed, counterexamplePath } = fc.check(property, {
    numRuns: runs,
    endOnFailure: true,
  });
  if (!counterexample) return;
  const [text, number] = counterexample;
  const kind = faultOf(text, number)?.split(/[\s:]/)[0];
  const least = leastOf(text, tries, (one) => faultOf(one, number)?.split(/[\s:]/)[0] === kind);
  const about = `seed ${seed}, path "${counterexamplePath}"${number === 0 ? "" : `, number ${number}`}`;
  throw new Error(`${faultOf(least, number)}\nin ${JSON.stringify(least)}\n(${about})`);
}

/** A text without the lines, and then without the characters, that it takes no part of the fault from. */
function leastOf(text: string, tries: number, isFaulty: (text: string) => boolean): string {
  let left = tries;
  const without = (parts: readonly string[], joint: string): readonly string[] => {
    let kept = parts;
    for (let size = Math.ceil(kept.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let at = 0; at < kept.length && left > 0; left -= 1) {
        const fewer = kept.toSpliced(at, size);
        if (isFaulty(fewer.join(joint))) kept = fewer;
        else at += size;
      }
    }
    return kept;
  };
  let least = text;
  for (let before = ""; before !== least;) {
    before = least;
    least = without(least.split("\n"), "\n").join("\n");
    least = without(Array.from(least), "").join("");
  }
  return least;
}

const firstLine = (text: string) => text.split("\n").find((line) => line.trim() !== "") ?? text;
