import { type Fence, fenceAfter, quoteOf } from "../lib/markdown/fence.ts";

/**
 * How well a text can be cut before a line. It depends on the lines before and on the first character of
 * the line only, so it stays the same while the line is still being written.
 */
export interface Place {
  readonly rank: 0 | 1 | 2 | 3;
  /** The line begins something that can be measured on its own. */
  readonly startsBlock: boolean;
  /** The code block that the line stands in. */
  readonly fence: Fence | undefined;
  /** The line ends that code block, or will when it is complete. */
  readonly mayEndFence: boolean;
  /** The head of the table that the line is a row of. */
  readonly table: readonly string[] | undefined;
  readonly indent: number;
}

/** Cutting here would break what belongs together, or leave nothing behind. */
const NEVER = 0;
/** Inside a paragraph, an item, a table or a code block. */
const INSIDE = 1;
/** Between two items, or where another kind of block begins without a blank line. */
const BETWEEN_ITEMS = 2;
const BETWEEN_BLOCKS = 3;

const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const ITEM = /^\s*(?:[-+*]|\d{1,9}[.)])(?:\s|$)/;
const MAY_BE_ITEM = /^[-+*\d]/;
const DELIMITERS = /^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$/;

/** What is known of the lines before a line. */
interface Before {
  readonly fence: Fence | undefined;
  /** Whether the last line opened it. */
  readonly isOpening: boolean;
  /** The last line that is not blank, and the one before it. */
  readonly last: string;
  readonly secondLast: string;
  readonly isAfterBlank: boolean;
  readonly isInList: boolean;
  readonly table: readonly string[] | undefined;
}

/** The places before each line, in order; no line is looked at before its place is asked for. */
export function* placesIn(lines: readonly string[]): Generator<Place> {
  let before: Before = {
    fence: undefined,
    isOpening: false,
    last: "",
    secondLast: "",
    isAfterBlank: true,
    isInList: false,
    table: undefined,
  };
  for (const [index, line] of lines.entries()) {
    const table = before.table ?? tableHead(before);
    const isRow = table !== undefined && !before.isAfterBlank && /^[^#>\s]/.test(line.trimStart());
    const rank = index === 0 || line.trim() === "" ? NEVER : rankOf(line, before, isRow);
    yield {
      rank,
      startsBlock: rank >= BETWEEN_ITEMS && before.isAfterBlank && before.fence === undefined,
      fence: before.fence,
      mayEndFence: mayEndFence(line, before.fence),
      table: isRow ? table : undefined,
      indent: indentOf(line),
    };
    before = after(line, before, isRow ? table : undefined);
  }
}

function after(line: string, before: Before, table: readonly string[] | undefined): Before {
  const fence = fenceAfter(before.fence, line);
  const isOpening = before.fence === undefined && fence !== undefined;
  if (line.trim() === "") return { ...before, fence, isOpening, table: undefined, isAfterBlank: true };
  const isOutermost = before.fence === undefined && indentOf(line) < 2;
  return {
    fence,
    isOpening,
    last: line,
    secondLast: before.last,
    isAfterBlank: false,
    isInList: isOutermost ? ITEM.test(line) || (before.isInList && !before.isAfterBlank) : before.isInList,
    table,
  };
}

function rankOf(line: string, before: Before, isRow: boolean): Place["rank"] {
  const first = line.trimStart().charAt(0);
  // At least one line of code stands behind the opening and before the end.
  if (before.fence !== undefined) return before.isOpening || mayEndFence(line, before.fence) ? NEVER : INSIDE;
  if (isRow) return before.table === undefined ? NEVER : INSIDE;
  if (mayEndTableHead(first, before)) return NEVER;
  // A heading stays with what it is the heading of, an item with what is in it.
  if (HEADING.test(before.last) || indentOf(line) >= 2) return INSIDE;
  return before.isAfterBlank ? rankAfterBlank(first, before) : rankBelow(first, before);
}

function mayEndTableHead(first: string, { last, isAfterBlank }: Before): boolean {
  return !isAfterBlank && last.includes("|") && "|:-".includes(first);
}

function rankAfterBlank(first: string, { isInList }: Before): Place["rank"] {
  return isInList && MAY_BE_ITEM.test(first) ? BETWEEN_ITEMS : BETWEEN_BLOCKS;
}

/** Of what follows without a blank line, these begin something of their own. */
function rankBelow(first: string, { last }: Before): Place["rank"] {
  if (first === "#") return BETWEEN_BLOCKS;
  if (first === ">") return quoteOf(last).trim() === last.trim() ? BETWEEN_ITEMS : INSIDE;
  return MAY_BE_ITEM.test(first) || first === "`" || first === "~" ? BETWEEN_ITEMS : INSIDE;
}

function mayEndFence(line: string, fence: Fence | undefined): boolean {
  if (fence === undefined) return false;
  const code = (fence.quote === "" ? line : line.slice(quoteOf(line).length)).trim();
  return code.startsWith(fence.mark.charAt(0)) && /^(`+|~+)$/.test(code);
}

/** The two lines that make a table of the next one, if they do. */
function tableHead({ fence, last, secondLast, isAfterBlank }: Before): readonly string[] | undefined {
  if (fence !== undefined || isAfterBlank || !secondLast.includes("|")) return undefined;
  return DELIMITERS.test(last.slice(quoteOf(last).length)) ? [secondLast, last] : undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
