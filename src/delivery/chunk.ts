import type { Fence } from "../lib/markdown/fence.ts";
import { closed, type Cut, findCut, lengthIn } from "./find-cut.ts";
import { type Line, linesOf, type Remainder, skipBlank, WHOLE } from "./remainder.ts";

/** How a platform counts a text, and how long one message may be; a channel's `capabilities.text` is one. */
export interface TextMeasure {
  readonly limit: number;
  /** Length of the rendered text. Default: UTF-16 units of the Markdown. */
  length?(markdown: string): number;
}

const ITEM = /^\s*(?:[-+*]|\d{1,9}[.)])\s+/;
/** What is said again in every part must not fill it: the language of code takes no more than this share. */
const INFO_SHARE = 1 / 10;

/**
 * Cuts Markdown into parts that fit one message each: between two blocks if it can be had, else between two
 * items, else between two lines, else inside one. A code block that is cut is closed and opened again, a table
 * that is cut gets its head again. Parts that would show nothing are left out.
 */
export function chunkMarkdown(markdown: string, measure: TextMeasure): readonly string[] {
  return new GrowingChunks(measure).of(markdown);
}

/**
 * Cuts a text that grows. A cut depends only on the text up to it, so the parts before the last stay as they
 * are; they are remembered, and what a longer text begins with is not looked at again.
 */
export class GrowingChunks {
  readonly #measure: TextMeasure;
  #sealed: string[] = [];
  #sealedText = "";
  #remainder = WHOLE;
  #last: { readonly text: string; readonly parts: readonly string[] } = { text: "", parts: [] };

  constructor(measure: TextMeasure) {
    this.#measure = measure;
  }

  /** The parts of the text so far. */
  of(markdown: string): readonly string[] {
    const text = markdown.trim();
    if (text !== this.#last.text) this.#last = { text, parts: this.#cut(text) };
    return this.#last.parts;
  }

  #cut(text: string): readonly string[] {
    if (!text.startsWith(this.#sealedText)) {
      this.#sealed = [];
      this.#remainder = WHOLE;
    }
    for (;;) {
      const lines = linesOf(text, this.#remainder);
      const cut = cutOff(lines, this.#measure);
      this.#sealedText = text.slice(0, this.#remainder.start);
      if (cut === undefined) return [...this.#sealed, ...this.#lastPart(lines)];
      const part = partOf(lines, cut);
      if (lengthIn(this.#measure, part) > 0) this.#sealed.push(part);
      this.#remainder = skipBlank(text, remainderOf(lines, cut, this.#remainder, this.#measure.limit));
    }
  }

  #lastPart(lines: readonly Line[]): string[] {
    const part = joined(lines);
    const isNothing = part.trim() === "" || (this.#sealed.length > 0 && lengthIn(this.#measure, part) === 0);
    return isNothing ? [] : [part];
  }
}

/** Where to cut, so that what is before fits; undefined if everything does. */
function cutOff(lines: readonly Line[], measure: TextMeasure): Cut | undefined {
  const { limit } = measure;
  const length = (markdown: string) => lengthIn(measure, markdown);
  const all = joined(lines);
  // Short texts are measured as a whole first: most of them fit.
  if (all.length <= limit * 1.25 && length(all) <= limit) return undefined;
  const texts = lines.map(({ text }) => text);
  let cut: Cut | undefined;
  for (let aim = limit; aim > limit / 2;) {
    cut = findCut(texts, { limit: aim, length });
    const excess = length(cut === undefined ? all : partOf(lines, cut)) - limit;
    if (excess <= 0) return cut;
    // Blocks can be longer together than each for itself, by the number of an item or a link that is resolved.
    aim -= excess;
  }
  return cut;
}

function partOf(lines: readonly Line[], { line, at, place }: Cut): string {
  const whole = joined(lines.slice(0, line));
  const piece = at === 0 ? "" : (lines[line]?.text.slice(0, at) ?? "");
  const text = line === 0 ? piece : at === 0 ? whole : `${whole}\n${piece}`;
  return closed(text.trimEnd(), place.fence);
}

function remainderOf(
  lines: readonly Line[],
  { line, at, place }: Cut,
  before: Remainder,
  limit: number,
): Remainder {
  const { text, start, removed } = lines[line] ?? { text: "", start: before.start, removed: 0 };
  // A head that is cut itself is not said again: the cutting would never end.
  if (line < before.head.length) return { ...before, head: [] };
  const { fence, table, indent } = place;
  const isRow = at === 0 && table !== undefined && table.join("\n").length * 2 <= limit;
  const below = fence ? (fence.quote === "" ? fence.indent : 0) : at === 0 ? indent : indentBelow(text);
  return {
    start: at === 0 ? start : start + removed + at,
    head: fence ? [opening(fence, limit)] : isRow ? table.map((row) => row.trimStart()) : [],
    dedent: below + (removed > 0 ? before.dedent : 0),
    isInLine: at > 0,
  };
}

function opening({ quote, mark, info }: Fence, limit: number): string {
  return `${quote}${mark}${info.length > limit * INFO_SHARE ? "" : info}`;
}

/** How far the lines that belong to an item, or to a paragraph in one, stand in. */
function indentBelow(line: string): number {
  return ITEM.exec(line)?.[0].length ?? line.length - line.trimStart().length;
}

function joined(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join("\n");
}
