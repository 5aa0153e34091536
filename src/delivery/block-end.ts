import { fenceBehind } from "./fences.ts";

/** How long a piece of an answer is that goes out while the rest is being written. */
interface BlockLength {
  readonly least: number;
  readonly most: number;
}

const BLOCK_LENGTH: BlockLength = { least: 800, most: 1200 };

/** The ends of sentences and of words. */
const SENTENCES = /[.!?…]["')\]]*\s+|[。！？]["'”’」』）]*/g;
const WORDS = /\s+/g;

interface Line {
  readonly start: number;
  readonly text: string;
  readonly isCode: boolean;
}

/**
 * Where the first piece of `text`, which is still being written, ends; undefined while it is too early to tell. A
 * piece ends behind a paragraph as soon as it is long enough; where none ends in time, behind a line, a sentence or
 * a word. Never inside a fence of code or a table: that is waited for, however long it is.
 */
export function blockEnd(text: string, { least, most }: BlockLength = BLOCK_LENGTH): number | undefined {
  if (text.length < least) return undefined;
  const lines = linesOf(text);
  const paragraph = lines.findIndex((line, at) => line.start >= least && isParagraphBreak(lines, at));
  const start = lines[paragraph]?.start;
  if (start !== undefined && start <= most) return start;
  if (text.length < most) return undefined;
  return inWindow(text, lines, least, most) ?? behindWhole(lines, least);
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let open: string | undefined;
  let start = 0;
  for (const line of text.split("\n")) {
    const behind = fenceBehind(open, line);
    lines.push({ start, text: line, isCode: open !== undefined || behind !== undefined });
    open = behind;
    start += line.length + 1;
  }
  return lines;
}

/** A line that something new begins with: blank lines end a paragraph. */
function isParagraphBreak(lines: readonly Line[], at: number): boolean {
  const [before, line] = [lines[at - 1], lines[at]];
  return line !== undefined && before?.text.trim() === "" && !before.isCode;
}

/** The last of the best places between the two: behind a line, else a sentence, else a word, else anywhere. */
function inWindow(text: string, lines: readonly Line[], least: number, most: number): number | undefined {
  const isNear = (place: number) => place >= least && place <= most;
  const near = lines.flatMap((line, at) => (line.start <= most ? [{ line, at }] : []));
  const lineEnd = near.findLast(({ line, at }) => isNear(line.start) && isLineBreak(lines, at))?.line.start;
  if (lineEnd !== undefined) return lineEnd;
  const prose = near.filter(({ line }) => !line.isCode && !isTable(line));
  for (const behind of [SENTENCES, WORDS]) {
    const ends = prose.flatMap(({ line }) =>
      Array.from(line.text.matchAll(behind), ({ index, 0: found }) => line.start + index + found.length),
    );
    const last = ends.findLast(isNear);
    if (last !== undefined) return last;
  }
  if (near.at(-1)?.line !== prose.at(-1)?.line) return undefined;
  // One endless word. Half of a character would be none.
  return text.slice(0, most).isWellFormed() ? most : most - 1;
}

/** Between two rows of a table there is no place to cut: the second half would be no table. */
function isLineBreak(lines: readonly Line[], at: number): boolean {
  const [before, line] = [lines[at - 1], lines[at]];
  if (!before || !line) return false;
  // Of a line that has not begun nobody knows yet.
  const isRow = isTable(line) || (line.text === "" && at === lines.length - 1);
  return !(before.isCode && line.isCode && !isFenceEnd(lines, at)) && !(isTable(before) && isRow);
}

/** Whether the fence that is open in the line before has ended with it. */
function isFenceEnd(lines: readonly Line[], at: number): boolean {
  let open: string | undefined;
  for (const { text } of lines.slice(0, at)) open = fenceBehind(open, text);
  return open === undefined;
}

const isTable = ({ text }: Line) => text.trimStart().startsWith("|");

/** The first place behind a fence or a table that goes on beyond the longest piece. */
function behindWhole(lines: readonly Line[], least: number): number | undefined {
  return lines.find((line, at) => line.start >= least && at > 0 && isLineBreak(lines, at))?.start;
}
