import { GrowingChunks, type TextMeasure } from "./chunk.ts";
import { withFenceClosed } from "./fences.ts";
import type { Preview } from "./first-preview.ts";

/** A growing preview as messages of one platform. */
export class PreviewPages {
  readonly #measure: TextMeasure;
  readonly #chunks: GrowingChunks;

  constructor(measure: TextMeasure) {
    this.#measure = measure;
    this.#chunks = new GrowingChunks(measure);
  }

  /** The pages of its text; the last one with what fits of the rest. All but the last stay as they are while it grows. */
  of({ text, above, below }: Preview): readonly string[] {
    const pages = this.#chunks.of(text);
    if (above === "" && below === "") return pages;
    const sealed = pages.slice(0, -1);
    const last = pages.at(-1) ?? "";
    const closed = below === "" ? last : withFenceClosed(last);
    const dressed = [joined(sealed.length === 0 ? above : "", closed, below), joined(closed, below), last];
    const shown = dressed.find((page) => page !== "" && this.#length(page) <= this.#measure.limit);
    return shown === undefined ? sealed : [...sealed, shown];
  }

  /** Whether nothing is left of it once the platform has formatted it. */
  isBlank(markdown: string): boolean {
    return markdown.trim() === "" || this.#length(markdown) === 0;
  }

  #length(markdown: string): number {
    return this.#measure.length?.(markdown) ?? markdown.length;
  }
}

const joined = (...parts: readonly string[]) => parts.filter((part) => part !== "").join("\n\n");
