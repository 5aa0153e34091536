/** What is left of a text behind a cut. */
export interface Remainder {
  /** Where it starts in the whole text. */
  readonly start: number;
  /** What is put before it again: the opening of a code block, the head of a table. */
  readonly head: readonly string[];
  /** How far its lines stand in, which mattered only below the line that was cut off. */
  readonly dedent: number;
  /** It starts inside a line. */
  readonly isInLine: boolean;
}

export const WHOLE: Remainder = { start: 0, head: [], dedent: 0, isInLine: false };

/** A line of a remainder, as it is shown, and where it is in the whole text. */
export interface Line {
  readonly text: string;
  readonly start: number;
  /** How many characters of its indentation are left out. */
  readonly removed: number;
}

/** The lines of a remainder: those of its head, then those of the text. */
export function linesOf(text: string, { start, head, dedent, isInLine }: Remainder): Line[] {
  const lines: Line[] = head.map((line) => ({ text: line, start, removed: 0 }));
  let at = start;
  let isBelow = dedent > 0;
  for (const [index, line] of text.slice(start).split("\n").entries()) {
    const isPart = isInLine && index === 0;
    const indent = line.length - line.trimStart().length;
    if (!isPart && line.trim() !== "" && indent < dedent) isBelow = false;
    const removed = isBelow && !isPart ? Math.min(indent, dedent) : 0;
    lines.push({ text: line.slice(removed), start: at, removed });
    at += line.length + 1;
  }
  return lines;
}

/** Begins where there is something again; inside a code block every line counts. */
export function skipBlank(text: string, remainder: Remainder): Remainder {
  const isCode = /^[>\s]*(?:```|~~~)/.test(remainder.head[0] ?? "");
  const { start, isInLine } = remainder;
  if (isCode)
    return isInLine && text[start] === "\n" ? { ...remainder, start: start + 1, isInLine: false } : remainder;
  const lines = text.slice(start).match(/^(?:[^\S\n]*\n)+/)?.[0].length ?? 0;
  if (lines > 0) return { ...remainder, start: start + lines, isInLine: false };
  const spaces = isInLine ? (text.slice(start).match(/^\s+/)?.[0].length ?? 0) : 0;
  return { ...remainder, start: start + spaces };
}
