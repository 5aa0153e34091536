const LONGEST = 60;

/** What somebody typed, fit to stand between the backticks of a sentence. */
export function asTyped(text: string): string {
  const flat = text.replaceAll(/[`\s]+/g, " ").trim();
  return flat.length > LONGEST ? `${flat.slice(0, LONGEST - 1)}…` : flat;
}
