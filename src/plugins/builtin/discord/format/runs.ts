import { escapeText, GAP } from "./escape.ts";

export type Style = "bold" | "italic" | "struck" | "spoiler";

/** A piece of a paragraph with the styles around it, the outermost first. */
export interface Run {
  /** `link`: in Discord's Markdown already; `address`: shows itself. */
  readonly kind: "text" | "code" | "link" | "address";
  readonly text: string;
  readonly styles: readonly Style[];
}

const MARKS: Readonly<Record<Style, string>> = { bold: "**", italic: "*", struck: "~~", spoiler: "||" };

/**
 * Runs in Discord's Markdown. Marks open and close in order by themselves and never touch others of the same sign, which
 * Discord would read as one.
 */
export function setRuns(runs: readonly Run[], hasPreviews: boolean, isLineStart: boolean): string {
  const line = new StyledLine(isLineStart);
  const seen = settled(runs);
  for (const [at, run] of seen.entries()) line.add(run, hasPreviews ? seen[at + 1] : undefined, hasPreviews);
  return line.end();
}

/** Without empty runs, and with the styles that Discord can show. */
function settled(runs: readonly Run[]): Run[] {
  const filled = runs.filter(({ text }) => text !== "").map(withPossibleStyles);
  return filled.map((run, at) => {
    if (run.kind !== "text" || run.text.trim() !== "") return run;
    // Nobody sees the style of a space; its marks would not be any.
    const [before = [], after = []] = [filled[at - 1]?.styles, filled[at + 1]?.styles];
    return { ...run, styles: before.slice(0, sharedBy(before, after)) };
  });
}

/** Discord looks for the end of a style first, and for code only then: the mark must not stand in the code. */
function withPossibleStyles(run: Run): Run {
  if (run.kind !== "code") return run;
  const text = partedIn(run);
  return {
    ...run,
    text,
    styles: text.includes("*") ? run.styles.filter((style) => !MARKS[style].includes("*")) : run.styles,
  };
}

/** What is hidden has to stay hidden. */
function partedIn({ text, styles }: Run): string {
  let parted = text;
  for (const [style, sign] of [
    ["spoiler", "|"],
    ["struck", "~"],
  ] as const) {
    if (styles.includes(style)) parted = parted.replaceAll(sign + sign, sign + GAP + sign);
  }
  return parted;
}

function sharedBy(left: readonly Style[], right: readonly Style[]): number {
  const differs = left.findIndex((style, index) => style !== right[index]);
  return differs === -1 ? left.length : differs;
}

class StyledLine {
  #out = "";
  #open: readonly Style[] = [];
  readonly #isLineStart: boolean;

  constructor(isLineStart: boolean) {
    this.#isLineStart = isLineStart;
  }

  add(run: Run, next: Run | undefined, hasPreviews: boolean): void {
    const same = sharedBy(this.#open, run.styles);
    this.#close(same);
    const opening = run.styles
      .slice(same)
      .map((style) => MARKS[style])
      .join("");
    const isOpening = run.kind === "text" && opening !== "";
    const [space, text] = isOpening ? partsOf(run.text) : ["", run.text];
    this.#out += space;
    if (opening !== "") this.#put(opening);
    this.#open = run.styles;
    this.#put(this.#written({ ...run, text }, next, hasPreviews));
  }

  end(): string {
    this.#close(0);
    return this.#out;
  }

  #written({ kind, text }: Run, next: Run | undefined, hasPreviews: boolean): string {
    if (kind === "text") return escapeText(text, this.#isAtLineStart);
    if (kind === "code") return codeSpan(text);
    if (kind === "link") return text;
    const endsWell = next === undefined || /^\s/.test(next.text);
    return hasPreviews && endsWell ? text : `<${text}>`;
  }

  get #isAtLineStart(): boolean {
    return this.#out === "" ? this.#isLineStart : this.#out.endsWith("\n");
  }

  /** A mark behind a space closes nothing. */
  #close(count: number): void {
    const marks = this.#open
      .slice(count)
      .toReversed()
      .map((style) => MARKS[style])
      .join("");
    this.#open = this.#open.slice(0, count);
    if (marks === "") return;
    const text = this.#out.trimEnd();
    const space = this.#out.slice(text.length);
    this.#out = text;
    this.#put(marks);
    this.#out += space;
  }

  /** Appends what must not run together with what stands there. */
  #put(text: string): void {
    const last = this.#out.at(-1) ?? "";
    const touches = last !== "" && last === text[0] && "*~|`".includes(last);
    this.#out += touches ? GAP + text : text;
  }
}

/** The space that a text begins with, and the rest. */
function partsOf(text: string): [space: string, rest: string] {
  const rest = text.trimStart();
  return [text.slice(0, text.length - rest.length), rest];
}

/** Code between more backticks than stand in it. */
function codeSpan(code: string): string {
  const runs = new Set((code.match(/`+/g) ?? []).map((run) => run.length));
  let size = 1;
  while (runs.has(size)) size += 1;
  const marks = "`".repeat(size);
  const edge = /^`|`$/.test(code) ? " " : "";
  return marks + edge + code + edge + marks;
}
