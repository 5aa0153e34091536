import { escapeLineStart } from "./escape.ts";

/** The mark around bold, italic and struck text. */
export type Style = "**" | "*" | "~~";

/** A piece of a paragraph with the styles around it, the outermost first. A line break is a run of its own. */
export interface Run {
  readonly text: string;
  readonly styles: readonly Style[];
  /** Written as it is, such as code or a link. */
  readonly isWhole?: boolean;
}

const BREAK = /^ *\n$/;
const AT_START = /(?:^|\n)\s*$/;
const SPACE = /\s/;
/** Readers of Markdown do not agree about signs that are no punctuation of old: each is taken for the worse. */
const SURELY_PUNCTUATION = /[\p{P}$+<=>^`|~]/u;
const PERHAPS_PUNCTUATION = /[\p{P}\p{S}]/u;

/**
 * The runs with their marks. A mark counts only beside certain signs, which are seldom there in Chinese: where it
 * would stay what it is, a space stands beside it.
 */
export function marked(runs: readonly Run[]): string {
  let out = "";
  let open: readonly Style[] = [];
  for (const run of tidied(runs)) {
    const same = sharedStyles(open, run.styles);
    const closing = open.slice(same).toReversed().join("");
    const opening = run.styles.slice(same).join("");
    out = closedBy(out, closing, opening === "" ? run.text : " ");
    out = openedBy(out, opening, run.text, closing !== "");
    const isAtStart = run.isWhole !== true && AT_START.test(out);
    out += isAtStart ? escapeLineStart(run.text) : run.text;
    open = run.styles;
  }
  return closedBy(out, open.toReversed().join(""), "");
}

function closedBy(out: string, marks: string, next: string): string {
  if (marks === "") return out;
  const isGood = !PERHAPS_PUNCTUATION.test(lastOf(out)) || next === "" || isEdge(firstOf(next));
  return `${out}${marks}${isGood ? "" : " "}`;
}

function openedBy(out: string, marks: string, next: string, isBehindMarks: boolean): string {
  if (marks === "") return out;
  const before = lastOf(out);
  if (before === "" || SPACE.test(before)) return `${out}${marks}`;
  // Marks that meet others of their kind would be read as one.
  const isClear = !isBehindMarks && !/[*~]/.test(before);
  const isGood = isClear && (!PERHAPS_PUNCTUATION.test(firstOf(next)) || SURELY_PUNCTUATION.test(before));
  return `${out}${isGood ? "" : " "}${marks}`;
}

/** Whether a mark in front of it ends whatever it is behind. */
function isEdge(sign: string): boolean {
  return SPACE.test(sign) || SURELY_PUNCTUATION.test(sign);
}

/**
 * Without empty runs, with no style around mere space at the edge of one, where its mark would be none, and with no
 * empty line in one, which would end it.
 */
function tidied(runs: readonly Run[]): Run[] {
  const split = runs.flatMap((run) => (run.isWhole === true ? [run] : trimmed(run)));
  const styled = split.map((run, index) => {
    if (run.isWhole === true || run.text.trim() !== "") return run;
    const [before, after] = [wordsFrom(split, index, -1), wordsFrom(split, index, 1)];
    return { ...run, styles: before.slice(0, sharedStyles(before, after)) };
  });
  let isBehindBreak = false;
  return styled.filter((run) => {
    const isBreak = run.isWhole !== true && BREAK.test(run.text);
    const isEmptyLine = isBreak && isBehindBreak;
    // Mere space between two breaks leaves the line empty.
    if (run.isWhole === true || run.text.trim() !== "" || isBreak) isBehindBreak = isBreak;
    return !(isEmptyLine && run.styles.length > 0);
  });
}

/** The styles of the next words on one side. */
function wordsFrom(runs: readonly Run[], index: number, step: 1 | -1): readonly Style[] {
  for (let at = index + step; at >= 0 && at < runs.length; at += step) {
    if (runs[at]?.text.trim() !== "") return runs[at]?.styles ?? [];
  }
  return [];
}

function trimmed({ text, styles }: Run): Run[] {
  const [, lead = "", core = "", trail = ""] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  if (BREAK.test(text)) return [{ text, styles }];
  return [lead, core, trail].filter((part) => part !== "").map((part) => ({ text: part, styles }));
}

function sharedStyles(left: readonly Style[], right: readonly Style[]): number {
  const differs = left.findIndex((style, index) => style !== right[index]);
  return differs === -1 ? left.length : differs;
}

const firstOf = (text: string) => String.fromCodePoint(text.codePointAt(0) ?? 32);
const lastOf = (text: string) => Array.from(text.slice(-2)).at(-1) ?? "";
