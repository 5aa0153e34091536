import { type Fence, fenceAfter } from "./fence.ts";

/** More than anybody means; beyond, the work of the parser grows with the square. */
const MOST_CONTAINERS = 16;
const MOST_MARKS = 300;
const DEEPEST_INDENT = 120;
const LONGEST_TEXT = 100_000;

const CONTAINERS = new RegExp(
  String.raw`^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))){${MOST_CONTAINERS}}`,
);
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const STARTS_A_BLOCK = /^\s*(?:[-+*#|]|\d{1,9}[.)]|$)/;
const MARKS = /[*_~]+|[[\]<$]|\\[([]/g;

/**
 * Whether parsing a text would take far longer than its length tells: thousandfold nesting, hundreds of
 * marks in one paragraph. Nobody writes such a text as Markdown, so it may be shown as it is.
 */
export function isTangled(markdown: string): boolean {
  if (markdown.length > LONGEST_TEXT) return true;
  let marks = 0;
  for (const line of proseOf(markdown)) {
    if (isDeep(line)) return true;
    if (STARTS_A_BLOCK.test(line)) marks = 0;
    marks += line.match(MARKS)?.length ?? 0;
    if (marks > MOST_MARKS) return true;
  }
  return false;
}

/** The lines outside of code blocks, with those that open one: inside, marks mean nothing. */
function* proseOf(markdown: string): Generator<string> {
  let fence: Fence | undefined;
  for (const line of markdown.split("\n")) {
    if (fence === undefined) yield line;
    fence = fenceAfter(fence, line);
  }
}

function isDeep(line: string): boolean {
  if (line.length - line.trimStart().length > DEEPEST_INDENT) return true;
  return CONTAINERS.test(line) && !RULE.test(line);
}
