import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunkMarkdown, GrowingChunks } from "../../src/delivery/chunk.ts";
import { HARD_TEXTS, markdownTexts } from "../fakes/markdown-texts.ts";

/** How a platform's texts are measured and seen. */
export interface ChunkedFormat {
  readonly platform: string;
  /** Who says that a part can be sent. */
  readonly judge: string;
  readonly lengthOf: (markdown: string) => number;
  /** The longest text of one message. */
  readonly mostText: number;
  /** Whether anything of a text would be seen. */
  readonly isSeen: (markdown: string) => boolean;
  /** What people see of one part. Throws where it does not fit into `limit`, or would be refused. */
  readonly seen: (part: string, limit: number) => string;
}

/** What holds for every document that is cut into messages of a platform. */
export function describeChunks({ platform, judge, lengthOf, mostText, isSeen, seen }: ChunkedFormat): void {
  test(`each part of any document fits a message, is accepted by ${judge}, and no word is lost`, () => {
    fc.assert(
      fc.property(markdownTexts, fc.integer({ min: 150, max: 600 }), (markdown, limit) => {
        // What stands behind the opening of a code block is never seen.
        fc.pre(!markdown.includes("~~~") && isSeen(markdown));
        let words = 0;
        const text = markdown.replaceAll(/alpha|beta/g, () => `w${(words += 1)}q`);
        const all = chunkMarkdown(text, { limit, length: lengthOf })
          .map((part) => seen(part, limit))
          .join(" ");
        for (let word = 1; word <= words; word += 1) expect(all).toContain(`w${word}q`);
      }),
      { numRuns: 60 },
    );
  });

  test(`while an answer grows, its complete parts stay as they are, measured as ${platform} measures`, () => {
    fc.assert(
      fc.property(markdownTexts, fc.integer({ min: 200, max: 600 }), (markdown, limit) => {
        const growing = new GrowingChunks({ limit, length: lengthOf });
        let before: readonly string[] = [];
        const step = Math.ceil(markdown.length / 30);
        for (let end = step; end < markdown.length + step; end += step) {
          const parts = growing.of(markdown.slice(0, end));
          const sealed = Math.max(0, before.length - 1);
          expect(parts.slice(0, sealed)).toEqual(before.slice(0, sealed));
          for (const part of parts) expect(lengthOf(part)).toBeLessThanOrEqual(limit);
          before = parts;
        }
      }),
      { numRuns: 40 },
    );
  });

  for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
    test(`${name}, many times over: every part is accepted by ${judge}`, () => {
      const text = `${markdown}\n\n`.repeat(Math.ceil(10_000 / markdown.length));
      const parts = chunkMarkdown(text, { limit: mostText, length: lengthOf });
      if (isSeen(markdown)) for (const part of parts) seen(part, mostText);
    });
  }
}
