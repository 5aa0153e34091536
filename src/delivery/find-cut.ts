import { fenceAfter, type Fence } from "../lib/markdown/fence.ts";
import type { TextMeasure } from "./chunk.ts";
import { cutLine } from "./cut-line.ts";
import { type Place, placesIn } from "./cut-places.ts";

/** Where a text is cut: before a line, or inside it behind `at` characters. */
export interface Cut {
  readonly line: number;
  readonly at: number;
  readonly place: Place;
}

/** The space between two blocks. */
const GAP = 2;
/** Beyond so many times the limit a text is measured from its beginning only. */
const FAR = 8;

/**
 * Where to cut lines that are too long for one message; undefined if they are not. Every block is measured
 * once and on its own; only in the block that is too much, a few beginnings are tried.
 */
export function findCut(lines: readonly string[], measure: TextMeasure): Cut | undefined {
  const search = new Search(lines, measure);
  return search.cut();
}

class Search {
  readonly #lines: readonly string[];
  readonly #measure: TextMeasure;
  readonly #places: Place[] = [];

  constructor(lines: readonly string[], measure: TextMeasure) {
    this.#lines = lines;
    this.#measure = measure;
  }

  cut(): Cut | undefined {
    let used = 0;
    for (const [start, end] of this.#blocks()) {
      const room = this.#measure.limit - used - (used === 0 ? 0 : GAP);
      if (!this.#fits(start, end, room)) return this.#cutInside(start, end, used, room);
      used = this.#measure.limit - room + this.#length(start, end);
    }
    return undefined;
  }

  /** The first and the last line (exclusive) of each block. Looks at no line behind the block. */
  *#blocks(): Generator<[start: number, end: number]> {
    let start = 0;
    for (const place of placesIn(this.#lines)) {
      const line = this.#places.push(place) - 1;
      if (!place.startsBlock) continue;
      yield [start, line];
      start = line;
    }
    yield [start, this.#lines.length];
  }

  #cutInside(start: number, end: number, used: number, room: number): Cut {
    const fitting = lastThat(this.#guess(start, room), 1, (count) => {
      return start + count < end + 1 && this.#fits(start, start + count, room);
    });
    const line = start + fitting;
    const filled = used + (fitting === 0 ? 0 : this.#length(start, line));
    const place = filled * 4 < this.#measure.limit ? undefined : this.#bestBefore(line);
    if (place !== undefined) return { line: place, at: 0, place: this.#placeOf(place) };
    return { line, at: this.#cutInLine(line, this.#measure.limit - filled), place: this.#placeOf(line) };
  }

  /** The last place of the best kind that leaves at least half of what would fit. */
  #bestBefore(line: number): number | undefined {
    const sizes = this.#lines.slice(0, line).map((text) => text.length + 1);
    const half = sizes.reduce((sum, size) => sum + size, 0) / 2;
    let best: number | undefined;
    let size = half * 2;
    for (let at = line; at > 0; at -= 1) {
      if (this.#placeOf(at).rank > (best === undefined ? 0 : this.#placeOf(best).rank)) best = at;
      size -= sizes[at - 1] ?? 0;
      if (best !== undefined && size < half) break;
    }
    return best;
  }

  /** How much of a line fits behind the lines before it. */
  #cutInLine(line: number, room: number): number {
    const text = this.#lines[line] ?? "";
    const before = this.#lines
      .slice(0, line)
      .map((above) => `${above}\n`)
      .join("");
    const { fence } = this.#placeOf(line);
    const most = lastThat(Math.max(1, room - GAP), 16, (count) => {
      if (count > text.length) return false;
      return this.#measured(closed(before + text.slice(0, count), fence)) <= this.#measure.limit;
    });
    // The part is at least half full, wherever the line is cut.
    const least = Math.max(0, room - this.#measure.limit / 2);
    return cutLine(text, Math.min(least, most / 2), Math.max(1, most));
  }

  /**
   * Whether lines fit. The last line counts as it is written if that is more: while an address is being
   * written it is longer than the link that it becomes, and what was cut off then must stay cut off.
   */
  #fits(start: number, end: number, room: number): boolean {
    const at = this.#lines.slice(start, end).findLastIndex((line) => line.trim() !== "");
    const above = () => (at <= 0 ? 0 : this.#length(start, start + at));
    // The end of a code block is counted with every line of it.
    if (at > 0 && this.#placeOf(start + at).mayEndFence) return above() <= room;
    const length = this.#length(start, end);
    if (length > room) return false;
    const written = (this.#lines[start + at] ?? "").length + (at > 0 ? 1 : 0);
    return length + written <= room || above() + written <= room;
  }

  #length(start: number, end: number): number {
    const fence = fenceAfter(this.#placeOf(end - 1).fence, this.#lines[end - 1] ?? "");
    return this.#measured(closed(this.#lines.slice(start, end).join("\n"), fence));
  }

  #measured(text: string): number {
    const { limit } = this.#measure;
    const beginning = text.length > limit * FAR ? lengthIn(this.#measure, text.slice(0, limit * FAR)) : 0;
    return beginning > limit ? beginning : lengthIn(this.#measure, text);
  }

  /** How many lines from `start` fit if they are as long as they are written. */
  #guess(start: number, room: number): number {
    let size = 0;
    let count = 0;
    while (start + count < this.#lines.length && size <= room) {
      size += (this.#lines[start + count] ?? "").length + 1;
      count += 1;
    }
    return Math.max(1, count - 1);
  }

  #placeOf(line: number): Place {
    const place = this.#places[line];
    if (place === undefined) throw new RangeError(`line ${line} has not been looked at`);
    return place;
  }
}

/** The length of a text as a platform counts it. */
export function lengthIn(measure: TextMeasure, markdown: string): number {
  return measure.length?.(markdown) ?? markdown.length;
}

/** A text with its open code block closed. */
export function closed(text: string, fence: Fence | undefined): string {
  return fence === undefined
    ? text
    : `${text}\n${fence.quote}${" ".repeat(fence.quote === "" ? fence.indent : 0)}${fence.mark}`;
}

/**
 * The last number for which `holds`, which holds up to some number and no further; exact to `grain`. Tries
 * around `guess`, and the same numbers whatever lies beyond.
 */
function lastThat(guess: number, grain: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, guess];
  for (let step = grain; high > 0 && holds(high); step *= 2) [low, high] = [high, high + step];
  for (let step = grain; low === 0 && high - step > 0; step *= 2) {
    if (holds(high - step)) low = high - step;
    else high -= step;
  }
  while (high - low > grain) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
