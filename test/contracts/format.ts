import { expect, test } from "bun:test";
import fc from "fast-check";
import { HARD_TEXTS, INVISIBLE_TEXTS, MARKS, markdownTexts, wildTexts } from "../fakes/markdown-texts.ts";

/** How a platform shows Markdown. */
export interface ShownFormat {
  /** What `seen` checks, such as “is accepted by the platform's own parser”. */
  readonly promise: string;
  /** What people see of a text. Throws where the platform would refuse it, or show what was not written. */
  readonly seen: (markdown: string) => string;
  /** The text as it is sent. */
  readonly shown: (markdown: string) => string;
  /** How much of a message it takes. */
  readonly lengthOf: (markdown: string) => number;
  /** The text without marks, as it is sent. */
  readonly toPlain: (markdown: string) => string;
  /** What people see of that. */
  readonly seenPlain: (markdown: string) => string;
}

/** The letters and digits, in their order: neither marks nor spaces. */
const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, "");

/** What holds for every text in the marks of a platform. */
export function describeFormat({ promise, seen, shown, lengthOf, toPlain, seenPlain }: ShownFormat): void {
  for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
    test(`${name}: it ${promise}, whole, at every stage of its growth, and as text`, () => {
      seen(markdown);
      const step = Math.max(1, Math.floor(markdown.length / 60));
      for (let end = 0; end < markdown.length; end += step) seen(markdown.slice(0, end));
      expect(toPlain(markdown) === "").toBe(shown(markdown) === "");
    });
  }

  test(`any document, its beginnings and its ends: each ${promise}`, () => {
    fc.assert(
      fc.property(markdownTexts, fc.double({ min: 0, max: 1, noNaN: true }), (markdown, share) => {
        seen(markdown);
        seen(markdown.slice(0, markdown.length * share));
        seen(markdown.slice(markdown.length * share));
      }),
      { numRuns: 150 },
    );
  });

  test(`any string at all: it ${promise}`, () => {
    fc.assert(
      fc.property(wildTexts, (text) => void seen(text)),
      { numRuns: 1000 },
    );
  });

  test("the words of a document are all there, in their order, with marks and without", () => {
    fc.assert(
      fc.property(markdownTexts, (markdown) => {
        // What stands behind the opening of a code block is never seen.
        fc.pre(!markdown.includes("~~~"));
        const [visible, plain] = [seen(markdown), seenPlain(markdown)].map(letters);
        for (const word of ["alpha", "beta", "漢字", "naïve", "snakecaseword"]) {
          const count = letters(markdown).split(word).length;
          expect(visible?.split(word).length).toBeGreaterThanOrEqual(count);
          expect(plain?.split(word).length).toBeGreaterThanOrEqual(count);
        }
      }),
    );
  });

  test("a text of which nothing would be seen is empty", () => {
    for (const text of INVISIBLE_TEXTS) {
      expect(shown(text), JSON.stringify(text)).toBe("");
      expect(lengthOf(text)).toBe(0);
      expect(toPlain(text)).toBe("");
    }
  });

  test("a hundred kilobytes of one mark are shown without being pondered", () => {
    for (const mark of MARKS) {
      const text = mark.repeat(100_000 / mark.length);
      // A long row of backticks or tildes opens a code block, in which there is nothing.
      if (!"`~".includes(mark)) expect(lengthOf(text)).toBeGreaterThan(0);
      // No platform takes more in one message.
      seen(text.slice(0, 4096));
    }
  });
}
