import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseMarkdown } from "../../../../../src/lib/markdown/parse.ts";
import {
  lengthOf,
  toCardMarkdown,
  toPlain,
} from "../../../../../src/plugins/builtin/feishu/format/card-markdown.ts";
import { namedIn } from "../../../../emulators/feishu/card-shape.ts";
import { HARD_TEXTS, markdownTexts, wildTexts } from "../../../../fakes/markdown-texts.ts";
import { expectNoFault } from "../../../../fakes/no-fault.ts";
import { judged, nodesOf, readIn, standardTree, wordsOf } from "./judge.ts";

const count = (text: string, sign: string) => text.split(sign).length - 1;

describe("standard Markdown that Feishu shows as it was meant", () => {
  test.each([
    ["a heading", "Title\n===\n\n### Third *one*", "# Title\n\n### Third *one*"],
    ["bold, italic, struck, code", "__a__ _b_ ~~c~~ `d`", "**a** *b* ~~c~~ `d`"],
    ["a list in a list", "* a\n  * b\n    1. c\n* d", "- a\n    - b\n        1. c\n- d"],
    ["a list of steps with space between", "3. a\n\n4. b", "3. a\n\n4. b"],
    ["a paragraph in an item", "- a\n\n  b", "- a\n\n    b"],
    ["things to do", "- [ ] a\n- [x] b", "- ☐ a\n- ☑ b"],
    ["a quote", "> a\n> b\n>\n> > c", "> a\n> b\n>\n> > c"],
    ["code", "~~~ts title=x\na < b\n~~~", "```ts\na < b\n```"],
    ["code by indentation", "    a\n    b", "```\na\nb\n```"],
    ["code with backticks", "````\n```\n````", "````\n```\n````"],
    ["code with two backticks at the start of a line", "```a``b```", "`a``b`"],
    [
      "code in an item, which begins at the left",
      "1. a\n   ```\n   b\n   ```\n2. c",
      "1. a\n```\nb\n```\n2. c",
    ],
    [
      "what comes after code in an inner item",
      "- a\n  - b\n    ```\n    c\n    ```\n  - d\n- e",
      "- a\n    - b\n```\nc\n```\n- d\n- e",
    ],
    ["a link", "[a](https://x.y/z?q=1&r=2 'title')", "[a](https://x.y/z?q=1&r=2)"],
    ["a link with odd signs", '[a](<https://x.y/(1) "2">)', "[a](https://x.y/%281%29%20%222%22)"],
    ["an address", "see https://x.y/a_b.", "see [https://x.y/a_b](https://x.y/a_b)."],
    ["a link with marks", "**[a *b* `]` \\]c](https://x.y)**", "**[a *b* `]` &#93;c](https://x.y)**"],
    ["brackets that are no link", "[x] (y) ![z]", "&#91;x] (y) !&#91;z]"],
    ["a link to nowhere", "[a](./b.md) [c](mailto:d@e.f) [g](#h)", "a (./b.md) c (d@e.f) g"],
    ["a picture", "![a](https://x.y/z.png)", "[a](https://x.y/z.png)"],
    ["a table", "|a|b|\n|:-:|-:|\n|`x\\|y`|**z**|", "| a | b |\n| :---: | ---: |\n| `x\\|y` | **z** |"],
    ["a rule", "a\n***\nb", "a\n\n---\n\nb"],
    ["a rule at the beginning of an item", "- ***\n\n  b", "- &#160;\n\n    ---\n\n    b"],
    ["a new line", "a  \nb\\\nc\nd", "a  \nb  \nc\nd"],
    ["an empty line in italics, which would end them", "*a<br> <br>b*", "*a  \nb*"],
    ["HTML", "<b>a</b><br>b", "&#60;b>a&#60;/b>  \nb"],
    ["a footnote", "a[^1]\n\n[^1]: b", "a&#91;1]\n\n&#91;1] b"],
  ])("%s", (_, markdown, card) => {
    expect(toCardMarkdown(markdown)).toBe(card);
    judged(card, markdown);
  });

  test("marks beside Chinese words count in standard Markdown, too", () => {
    const markdown = "**注意：**请看。这是**“重点”**吗？~~删除。~~然后*斜体，*再来`代码`，**完**。";
    const tree = standardTree(toCardMarkdown(markdown));
    expect(nodesOf(tree, "strong").map(readIn)).toEqual(["注意：", "“重点”", "完"]);
    expect(nodesOf(tree, "emphasis").map(readIn)).toEqual(["斜体，"]);
    expect(nodesOf(tree, "delete").map(readIn)).toEqual(["删除。"]);
    expect(toCardMarkdown("**完**。")).toBe("**完**。");
  });

  test("marks that meet are no others", () => {
    const tree = standardTree(toCardMarkdown("**a** *b***c** ~~d~~**e** ***f***"));
    expect(nodesOf(tree, "strong").map(readIn)).toEqual(["a", "c", "e", "f"]);
    expect(nodesOf(tree, "emphasis").map(readIn)).toEqual(["b", "f"]);
  });
});

test("the fifth table, and one inside of something else, is text with aligned columns", () => {
  const table = "| a | b |\n|---|---|\n| 漢字 | x |";
  const card = toCardMarkdown(`${`${table}\n\n`.repeat(5)}> ${table.replaceAll("\n", "\n> ")}`);
  expect(nodesOf(standardTree(card), "table")).toHaveLength(4);
  expect(nodesOf(standardTree(card), "code").map(({ value }) => value)).toEqual(
    Array.from({ length: 2 }, () => "a    | b\n-----+----\n漢字 | x"),
  );
});

test("a list in a quote begins with its number, whatever stands above it", () => {
  const markdown = "a\n>\n> > 3. b\n> >\n> >    c";
  expect(toCardMarkdown(markdown)).toBe("a\n\n> > 3. b\n> >\n> >     c");
  expect(nodesOf(standardTree(toCardMarkdown(markdown)), "list").map(({ start }) => start)).toEqual([3]);
});

test("the links of a table that is shown as text stand below it, and end where it ends", () => {
  const table = "| a | b |\n|---|---|\n| [c](https://x.y) | [d](./e) |\n| https://z.z | f@g.hi |";
  const text = "a           | b\n------------+-------\nc           | d\nhttps://z.z | f@g.hi";
  expect(toCardMarkdown(`> ${table.replaceAll("\n", "\n> ")}\n3. h`)).toBe(
    `\`\`\`\n${text}\n\`\`\`\n> [c](https://x.y) · d (./e)\n\n3. h`,
  );
  expect(toPlain(`${table}\n\n# h`)).toBe(`${text}\nc (https://x.y) · d (./e)\n\nh`);
});

describe("text that is no Markdown", () => {
  test.each([
    "2*3*4 and a_b_c, __init__ and ~x~",
    "# no heading? 5 > 3 & 2 < 4",
    ":OK: is no picture at 12:30:45, nor :DONE:",
    "&lt;b&gt; &amp;lt; &#60; C:\\dir\\file",
    "a | b",
  ])("is read as it is: %s", (text) => {
    const escaped = text.replaceAll(/[\\*_~#<>&[\]!:|`]/g, (sign) => `\\${sign}`);
    expect(judged(toCardMarkdown(escaped), escaped)).toBe(text);
  });

  test.each(["- a", "+ a", "1. a", "1) a", "> a", "# a", "---", "===", "| a |", ":--|--:"])(
    "%s at the start of a line is no more than that",
    (line) => {
      const escaped = `x\\\n${line.replaceAll(/[-+.)>#=|:]/g, (sign) => `\\${sign}`)}`;
      const tree = standardTree(toCardMarkdown(escaped));
      expect(tree.children.map(({ type }) => type)).toEqual(["paragraph"]);
      expect(readIn(tree)).toContain(line);
    },
  );
});

test("nobody can be mentioned, wherever a model writes it", () => {
  const mentions = fc.constantFrom(
    "<at id=all></at>",
    '<at user_id="all">x</at>',
    "< at id=all></at>",
    "<AT ids=ou_1,all></AT>",
    "&lt;at id=all&gt;&lt;/at&gt;",
    "\\<at id=all>\\</at>",
    "<at\nid=all></at>",
  );
  const frames = fc.constantFrom<(mention: string) => string>(
    (mention) => mention,
    (mention) => `**${mention}**`,
    (mention) => `\`${mention}\``,
    (mention) => `\`\`\`\n${mention}\n\`\`\``,
    (mention) => `\`\`\`${mention}\nx`,
    (mention) => `[${mention}](https://x.y)`,
    (mention) => `[x](https://x.y/${mention})`,
    (mention) => `![${mention}](https://x.y/${mention})`,
    (mention) => `| ${mention} | \`${mention}\` |\n|---|---|\n| ${mention} | x |`,
    (mention) => `> - ${mention}`,
    (mention) => `[^1]: ${mention}`,
    (mention) => `# ${mention}`,
    (mention) => `<div>\n${mention}\n</div>`,
    (mention) => `$${mention}$ \\(${mention}\\)`,
  );
  fc.assert(
    fc.property(wildTexts, frames, mentions, wildTexts, (before, frame, mention, after) => {
      const markdown = `${before}\n\n${frame(mention)}\n\n${after}`;
      const content = toCardMarkdown(markdown);
      expect(namedIn({ schema: "2.0", body: { elements: [{ tag: "markdown", content }] } })).toEqual([]);
      expect(/<\s*\/?\s*at\b/i.test(content)).toBe(false);
      expect(/<\s*\/?\s*at\b/i.test(toPlain(markdown))).toBe(false);
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test("nobody can be mentioned by a mention in pieces, with marks around any of them", () => {
  const marks = fc.constantFrom<(piece: string) => string>(
    (piece) => piece,
    (piece) => `**${piece}**`,
    (piece) => `*${piece}*`,
    (piece) => `~~${piece}~~`,
    (piece) => `||${piece}||`,
    (piece) => `\`${piece}\``,
    (piece) => `[${piece}](${piece})`,
    (piece) => `[${piece}](https://x.y)`,
    (piece) => `![${piece}]()`,
    (piece) => `\\${piece}`,
    (piece) => `\n${piece}`,
    (piece) => `${piece}  \n`,
    (piece) => `<br>${piece}`,
  );
  const pieces = fc.constantFrom(
    ["<", "at", " ", 'user_id="all">', "x", "<", "/", "at", ">"],
    ["<", "a", "t", ' user_id="all"', ">", "x", "</", "a", "t>"],
    ["&lt;", "at ", 'user_id="all"', "&gt;", "x", "&#60;/", "at", ">"],
  );
  const mentions = pieces.chain((parts) =>
    fc
      .array(marks, { minLength: parts.length, maxLength: parts.length })
      .map((around) => parts.map((part, index) => around[index]?.(part) ?? part).join("")),
  );
  fc.assert(
    fc.property(wildTexts, mentions, (before, mention) => {
      for (const markdown of [
        mention,
        `${before} ${mention}`,
        `# ${mention}`,
        `| a |\n|---|\n| ${mention} |`,
      ]) {
        expect(/<\s*\/?\s*at\b/i.test(toPlain(markdown))).toBe(false);
        expect(/<\s*\/?\s*at\b/i.test(toCardMarkdown(markdown))).toBe(false);
      }
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

test.each([
  '<**at** user_id="all">everyone</at>',
  'a <*at* user_id="all">x<*/at*>',
  '<`at` user_id="all"></at>',
  'x <[at](http://a.b) user_id="all"></at>',
  '<\\at user_id="all">x</at>',
])("a mention that marks take apart is none in mere text either: %s", (markdown) => {
  expect(/<\s*\/?\s*at\b/i.test(toPlain(markdown))).toBe(false);
});

for (const [name, markdown] of Object.entries(HARD_TEXTS)) {
  test(`${name}: it is well formed, whole and at every stage of its growth`, () => {
    judged(toCardMarkdown(markdown), markdown);
    const step = Math.max(1, Math.floor(markdown.length / 30));
    for (let end = 0; end < markdown.length; end += step) {
      const prefix = markdown.slice(0, end);
      judged(toCardMarkdown(prefix), prefix);
    }
    expect(toPlain(markdown) === "").toBe(toCardMarkdown(markdown) === "");
  });
}

/** What people would miss, or see that was not meant to be seen, of a document in a card. */
function lossIn(markdown: string): string | undefined {
  const meant = readIn(parseMarkdown(markdown)).replaceAll(/<br>/g, " ");
  const seen = judged(toCardMarkdown(markdown), markdown);
  const [wanted, have] = [wordsOf(meant), wordsOf(seen)];
  const times = (words: readonly string[], word: string) => words.filter((one) => one === word).length;
  const lost = wanted.find((word) => times(have, word) < times(wanted, word));
  if (lost !== undefined) return `word ${lost} is lost`;
  const tables = [parseMarkdown(markdown), standardTree(toCardMarkdown(markdown))].map(
    (tree) => nodesOf(tree, "table").length,
  );
  // The links of a table that is shown as text are shown again below it.
  const isTwice = tables[0] !== tables[1];
  const sign = ["*", "`", "~"].find((one) => {
    const more = count(seen, one) - count(meant, one);
    return more < 0 || (more > 0 && !isTwice);
  });
  return sign && `sign ${sign} is seen ${count(seen, sign)} times, not ${count(meant, sign)}`;
}

test("of any document no word is lost, and no mark is seen that was not written as a sign", () => {
  expectNoFault({ texts: markdownTexts, runs: 100 }, lossIn);
});

describe("words are no address, and so are seen as they are, where they were none in the source", () => {
  test.each([
    ["http://e|*", "http&#58;//e|&#42;"],
    ["HTTPS://e|~", "HTTPS&#58;//e|&#126;"],
    ["www.e|*", "www&#46;e|&#42;"],
    ["`http://e|*`", "`http://e|*`"],
    ["[http://e|*](https://x.y)", "[http://e|&#42;](https://x.y)"],
    ["https://x.y/*a", "[https://x.y/&#42;a](https://x.y/*a)"],
  ])("%s", (markdown, card) => {
    expect(toCardMarkdown(markdown)).toBe(card);
    expect(lossIn(markdown)).toBeUndefined();
  });
});

test("a tag that stands further to the right is no code", () => {
  expect(toCardMarkdown("- a\n\n    <r>")).toBe("- a\n\n    &#60;r>");
  expect(lossIn("- a\n\n    <r>")).toBeUndefined();
});

test("anything at all is well formed, and so are its beginnings", () => {
  const whole = fc.oneof(wildTexts, markdownTexts);
  const begun = fc
    .tuple(whole, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, share]) => text.slice(0, text.length * share));
  expectNoFault({ texts: fc.oneof(whole, begun), runs: 400 }, (text) => {
    judged(toCardMarkdown(text), text);
    toPlain(text);
    return undefined;
  });
});

test("the length is that of the text in a request, in bytes; nothing visible has none", () => {
  for (const markdown of ["**a**", '"q"\n\n漢字', "a < b"]) {
    const content = JSON.stringify({ content: toCardMarkdown(markdown) });
    const body = JSON.stringify({ content });
    const around = JSON.stringify({ content: JSON.stringify({ content: "" }) });
    expect(lengthOf(markdown) - lengthOf("x") + 1).toBe(Buffer.byteLength(body) - Buffer.byteLength(around));
  }
  for (const nothing of ["", "   ", "```\n```", "#", "- ", ">", "[x]: https://x.y\n\n[y][x]".slice(0, 0)]) {
    expect([lengthOf(nothing), toCardMarkdown(nothing), toPlain(nothing)]).toEqual([0, "", ""]);
  }
});

describe("without any markup", () => {
  test("a text is read as it is, addresses included", () => {
    expect(toPlain("# **a** `b`\n\n- [c](https://x.y)\n- [d](./e)\n\n```ts\nf < g\n```\n\n> h\n\n---")).toBe(
      "a b\n\n- c (https://x.y)\n- d (./e)\n\nf < g\n\n> h\n\n──────────",
    );
  });
});
