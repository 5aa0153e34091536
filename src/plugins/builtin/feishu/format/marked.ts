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
const SPACE = /\s/;
const PUNCTUATION = /[\p{P}\p{S}]/u;

/**
 * The runs with their marks. A mark counts only beside certain signs, which are seldom there in Chinese: where it
 * would stay what it is, a space stands beside it.
 */
export function marked(runs: readonly Run[]): string {
  let out = "";
  let open: readonly Style[] = [];
  const tidy = tidied(runs);
  for (const [index, run] of tidy.entries()) {
    const same = sharedStyles(open, run.styles);
    const closing = open.slice(same).toReversed().join("");
    const opening = run.styles.slice(same).join("");
    out = closedBy(out, closing, opening === "" ? run.text : " ");
    out = openedBy(out, opening, run.text, closing !== "");
    const isAtStart = index === 0 || BREAK.test(tidy[index - 1]?.text ?? "");
    out += isAtStart && run.isWhole !== true && opening === "" ? escapeLineStart(run.text) : run.text;
    open = run.styles;
  }
  return closedBy(out, open.toReversed().join(""), "");
}

function closedBy(out: string, marks: string, next: string): string {
  if (marks === "") return out;
  const isGood =
    !isPunctuation(lastOf(out)) || next === "" || SPACE.test(firstOf(next)) || isPunctuation(firstOf(next));
  return `${out}${marks}${isGood ? "" : " "}`;
}

function openedBy(out: string, marks: string, next: string, isBehindMarks: boolean): string {
  if (marks === "") return out;
  const before = lastOf(out);
  const isGood =
    !isBehindMarks &&
    (!isPunctuation(firstOf(next)) || before === "" || SPACE.test(before) || isPunctuation(before));
  // Marks that meet others of their kind would be read as one.
  const needsSpace = (!isGood && !SPACE.test(before)) || /[*~]/.test(before);
  return `${out}${needsSpace ? " " : ""}${marks}`;
}

/** Without empty runs, and with no style around mere space at the edge of one: a mark beside a space is none. */
function tidied(runs: readonly Run[]): Run[] {
  const split = runs.flatMap((run) => (run.isWhole === true ? [run] : trimmed(run)));
  return split.map((run, index) => {
    if (run.isWhole === true || run.text.trim() !== "") return run;
    const [before, after] = [split[index - 1]?.styles ?? [], split[index + 1]?.styles ?? []];
    return { ...run, styles: before.slice(0, sharedStyles(before, after)) };
  });
}

function trimmed({ text, styles }: Run): Run[] {
  const [, lead = "", core = "", trail = ""] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return [lead, core, trail].filter((part) => part !== "").map((part) => ({ text: part, styles }));
}

function sharedStyles(left: readonly Style[], right: readonly Style[]): number {
  const differs = left.findIndex((style, index) => style !== right[index]);
  return differs === -1 ? left.length : differs;
}

const firstOf = (text: string) => String.fromCodePoint(text.codePointAt(0) ?? 32);
const lastOf = (text: string) => Array.from(text.slice(-2)).at(-1) ?? "";
const isPunctuation = (sign: string) => PUNCTUATION.test(sign);
