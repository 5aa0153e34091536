import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { blockEnd } from "../../src/delivery/block-end.ts";

const LENGTH = { least: 80, most: 120 };
const end = (text: string) => blockEnd(text, LENGTH);
const a = (count: number) => "a".repeat(count);

describe("a piece ends", () => {
  test("behind a paragraph that is long enough, as soon as the next one begins", () => {
    expect(end(`${a(90)}\n\n`)).toBe(92);
    expect(end(`${a(90)}\n\nb`)).toBe(92);
    expect(end(`${a(90)}\n`)).toBeUndefined();
    expect(end(a(90))).toBeUndefined();
  });

  test("not behind one that is too short: it goes with the next", () => {
    expect(end(`${a(20)}\n\n${a(70)}\n\nb`)).toBe(94);
    expect(end(`${a(20)}\n\n${a(40)}\n\n`)).toBeUndefined();
  });

  test("behind a line, else a sentence, else a word, when no paragraph ends in time", () => {
    expect(end(`${a(50)}\n${a(40)}\n${a(10)}. ${a(40)}`)).toBe(92);
    expect(end(`${a(85)}. ${a(10)} ${a(40)}`)).toBe(87);
    expect(end(`${a(50)} ${a(45)} ${a(40)}`)).toBe(97);
    expect(end(`${"字".repeat(85)}。${"字".repeat(60)}`)).toBe(86);
    expect(end(a(200))).toBe(120);
  });

  test("never inside a fence of code, however long that is", () => {
    const code = "```ts\nconst x = 1;\n\nconst y = 2;\n".padEnd(400, "// more\n");
    expect(end(code)).toBeUndefined();
    expect(end(`${code}\n\`\`\`\n`)).toBe(code.length + 5);
    expect(end(`${a(85)}\n${code}`)).toBe(86);
    expect(end(`${a(60)}\n\n${code}`)).toBeUndefined();
  });

  test("never between two rows of a table", () => {
    const table = `| a | b |\n| - | - |\n${"| 1 | 2 |\n".repeat(30)}`;
    expect(end(table)).toBeUndefined();
    expect(end(`${table}\nAfter.`)).toBe(table.length);
  });

  test("never inside a character", () => {
    const text = `a${"😀".repeat(100)}`;
    expect(text.slice(0, end(text)).isWellFormed()).toBe(true);
  });
});

const word = fc.constantFrom(
  "alpha ",
  "beta. ",
  "漢字。",
  "\n",
  "\n\n",
  "- item\n",
  "```\n",
  "| a |\n",
  "😀",
);

test("however a text grows, the pieces are its whole, and code is whole in them", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 300 }), (words) => {
      const text = words.join("");
      const pieces: string[] = [];
      let rest = "";
      for (const next of words) {
        rest += next;
        for (let at = end(rest); at !== undefined; at = end(rest)) {
          expect(at).toBeGreaterThan(0);
          pieces.push(rest.slice(0, at));
          rest = rest.slice(at);
        }
      }
      expect(pieces.join("") + rest).toBe(text);
      for (const piece of pieces) expect((piece.match(/^```$/gm) ?? []).length % 2).toBe(0);
    }),
    { verbose: true },
  );
});
