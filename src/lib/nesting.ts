/** Whether lists and objects in `value` stand in each other more than `most` deep. Takes a value of any depth. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; depth < most && level.length > 0; depth += 1) {
    level = level.flatMap((one) => Object.values(one).filter(isContainer));
  }
  return level.length > 0;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
