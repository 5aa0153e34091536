import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Nodes, Root } from "mdast";
import { GrowingMarkdown } from "../../../src/lib/markdown/growing.ts";
import { parseMarkdown } from "../../../src/lib/markdown/parse.ts";
import { markdownTexts, wildTexts } from "../../fakes/markdown-texts.ts";
import { expectNoFault } from "../../fakes/no-fault.ts";

/** A tree without places in the text, but for the lines of the outermost blocks. */
function shape({ children }: Root): string {
  return JSON.stringify(
    children.map((block) => [block.position?.start.line, block.position?.end.line, bare(block)]),
  );
}

function bare(node: Nodes): unknown {
  const placeless = { ...node, position: undefined };
  return "children" in node
    ? { ...placeless, children: node.children.map((child) => bare(child)) }
    : placeless;
}

/** An answer of which the beginning is worth remembering. */
const START = Array.from(
  { length: 30 },
  (_, at) => `# Title ${at}\n\nWords with **marks** and [a][b].\n\n`,
).join("");

/** Where a beginning of a text is not read as if it stood alone. */
function faultIn(text: string, step: number): string | undefined {
  const growing = new GrowingMarkdown(2);
  for (let end = 0; end <= text.length; end += step) {
    const beginning = START + text.slice(0, end);
    if (shape(growing.parse(beginning)) !== shape(parseMarkdown(beginning))) {
      return `otherwise read: ${JSON.stringify(text.slice(0, end).slice(-200))}`;
    }
  }
  return undefined;
}

test("what is over in a text that grows is not read again", () => {
  const growing = new GrowingMarkdown(2);
  const blocks = growing.parse(START).children;
  const grown = growing.parse(`${START}and on`).children;
  for (const [at, block] of blocks.slice(0, -2).entries()) expect(grown[at]).toBe(block);
  expect(growing.parse(`# Other\n\n${START}`).children[2]).not.toBe(blocks[0]);
});

test("what stands behind a text for a while does not make it be read again", () => {
  const growing = new GrowingMarkdown(4);
  const [first] = growing.parse(START).children;
  growing.parse(`${START}\n\nat work\n\n- a\n\n# b\n\nc`);
  expect(growing.parse(`${START}\n\nand on`).children[0]).toBe(first);
});

test("a text that goes on in another way is read in that way", () => {
  const growing = new GrowingMarkdown(4);
  for (const end of ["- a\n\n# b\n\nc", "- a\n\n  b\n\nc", "- a\n\n- b\n\nc", "- a\n\n      b\n\nc"]) {
    const text = START + end;
    expect(shape(growing.parse(text))).toBe(shape(parseMarkdown(text)));
  }
});

test("only so many beginnings are remembered, the latest used of them", () => {
  const growing = new GrowingMarkdown(2);
  const firstOf = (title: string) => growing.parse(`# ${title}\n\n${START}`).children[0];
  const [one, two] = [firstOf("one"), firstOf("two")];
  expect(firstOf("one")).toBe(one);
  firstOf("three");
  expect(firstOf("one")).toBe(one);
  expect(firstOf("two")).not.toBe(two);
});

test.each([
  ["a heading that is none", "a\n\nb\n# c\n#d\n\ne\n# \n#f\n"],
  ["a line that makes a heading of the one above", "a\n\nb\n---\n\nc\n\n---\n\n- \n---\n"],
  ["items that go on after an empty line", "- a\n\n  b\n\n- c\n\n      code\n\nd\n\n    code\n\n    code\n"],
  ["a table that shows with its second line", "a\n| b | c |\n|---|---|\n| d | e |\nf\n\ng\n| h |\n"],
  ["code that is not closed", "a\n\n```ts\nb\n\n# c\n\n- d\n```\n\ne\n"],
  ["a tag that goes on over empty lines", "a\n\n<script>\n\n# b\n\n</script>\n\nc\n\n<!-- d\n\ne -->\n\nf\n"],
  ["an address that is told at the end", "a\n\nb\n\nc\n\n[b]: https://x.y\n\nd\n\ne\n\nf\n"],
  ["a footnote that is told at the end", "a[^1]\n\nb\n\nc\n\n> [^1]: d\n\ne\n\nf\n\ng\n"],
  ["ends of lines of another kind", "a\r\n\r\n# b\r\rc\r\n\r\nd\r\n\r\ne"],
  ["a mark of another kind at the start of a line", "a\n\nb\n\n\ufeff# c\n\nd\n\ne\n\nf"],
  ["a number behind code that is moved to the right", "    *\n6.\n\n|["],
  ["a number behind such code and an empty line", "    *\n\n6.\n\n$$"],
  ["a bar far above, and bars beside an address", "\\|\n\na\n\nb\n\n[||d@b.c||"],
  ["a text that becomes too tangled", `a\n\nb\n\n${"*a _b ".repeat(160)}\n\nc\n\nd\n\ne`],
])("a text that grows is read as if it stood alone: %s", (_, text) => {
  expect(faultIn(text, Math.ceil(text.length / 100))).toBeUndefined();
  expect(faultIn(`${text}\n\n${text}`, Math.ceil(text.length / 30))).toBeUndefined();
});

test("so is any text", () => {
  const texts = fc
    .tuple(
      fc.array(fc.oneof(markdownTexts, wildTexts), { minLength: 1, maxLength: 3 }),
      fc.constantFrom("\n", "\n\n"),
    )
    .map(([parts, between]) => parts.join(between));
  expectNoFault({ texts, runs: 25, tries: 200 }, (text) =>
    faultIn(text, Math.max(1, Math.floor(text.length / 20))),
  );
});
