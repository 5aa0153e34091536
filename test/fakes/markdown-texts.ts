import fc from "fast-check";

/** Texts that formatters stumble over. */
export const HARD_TEXTS: Readonly<Record<string, string>> = {
  "a bit of everything":
    '# Title **x** `code`\n\nText with **bold *it* `c`** and [a `link`](https://x.com/a?b=1&c="2")\n\n- one\n- two\n  - nested\n    1. deep\n    2. deeper\n- [ ] todo\n- [x] done\n\n3. three\n4. four\n\n   para in four\n\n   ```ts\n   const a = 1 < 2;\n   ```\n5. five',
  "a table in a quote": "> before\n>\n> | a | 漢字 |\n> |---|:-:|\n> | `x` | [l](https://x.y) |\n>\n> after",
  "quotes in quotes": "> one\n> > two\n> > > three\n>\n> one again\n\nnone",
  "code in lists":
    "- a\n\n  ```py\n  if x < 1:\n      pass\n  ```\n\n- b\n  1. c\n\n     ```\n     raw & raw\n     ```\n",
  "a fence in a quote in a list": "1. x\n   > ```js\n   > a && b\n   > ```\n2. y",
  "marks beside Chinese words": "**注意：**请看。这是**“重点”**吗？~~删除。~~然后*斜体，*再来`代码`",
  "addresses in Chinese sentences": "见https://example.com/a，然后**看**（https://b.com/x）。",
  mathematics:
    "If $a_1 * b_2 * c$ then \\(x\\,y\\) and\n\n$$\n\\sum_{i=1}^n * x_i\n$$\n\n\\[ \\int_0^1 f \\]\n\nfor $5 or $10",
  "emoji of many parts": "👨‍👩‍👧‍👦 **👩🏽‍💻** ❤️ 🇨🇳 ~~🏳️‍🌈~~ `🧑‍🚀`",
  "right to left": "# שלום **עולם**\n\n- مرحبا [رابط](https://example.com/ع)\n- ‏abc‏ `كود`",
  "what looks like HTML":
    'a<br>b <div class="x">hi</div> <b>not bold</b> </pre> <!-- no --> &lt;b&gt; &nbsp; &#39; &copy;\n\n<details>\n<summary>x</summary>\n\ntext\n\n</details>\n\n<script>alert(1)</script>',
  "unbalanced marks": '**bold *it** x* __u_ ~~s~ `code ``x` [link](http://x [a](b ![i]( ||sp| <a href="',
  "definitions and footnotes":
    "text[^1] more[^note] [a][b] [c]\n\n[^1]: The note.\n[^note]: Other\n    more\n\n[b]: https://b.com\n[unused]: https://u.com",
  pictures:
    "![alt](https://x.y/i.png) ![](https://x.y/j.png) [![badge](https://x.y/b.svg)](https://x.y) ![local](./a.png)",
  "addresses that are no links":
    "[loc](http://localhost:3000) [m](mailto:a@b.c) <a@b.c> [rel](./x.md) [top](#top) [js](javascript:alert(1)) [f](file:///etc/passwd) www.x.com ftp://x.y",
  "links with odd addresses":
    "[a](<https://x.y/a b?q=\"1\"&r='2'>) [b](https://x.y/(1)) [c](https://例え.jp/パス) [d](tg://user?id=1) [e](tg:) [f](https://) [g](HTTP://X.Y)",
  spoilers: "||hidden **bold** `code`|| a || b || c, x||y||z, \\|\\|not\\|\\| ||\nover lines|| ||||",
  "hard line breaks": "a  \nb\\\nc\nd",
  "a crooked table":
    "| a | b | c |\n|:--|--:|\n| 1 |\n\n| x | y |\n|---|---|\n| 1 | 2 | 3 |\n| " +
    "long ".repeat(60) +
    "| **b** |\nno row",
  "a table with Chinese": "| 名称 | 数量 |\n|:-----|-----:|\n| 苹果 | 12 |\n| bananas 🍌 | 3 |\n| | |",
  "blocks without blank lines": "# a\n## b\ntext\n- x\n> q\n```\nc\n```\n***\n1. y\n---",
  "nothing visible": "#\n\n-\n\n>\n\n```\n```",
  "a very long line": `${"word ".repeat(3000)}end`,
  "a very long word": "漢".repeat(9000),
  "quotes nested a thousand times": `${"> ".repeat(1000)}deep`,
  "lists nested a thousand times": `${"- ".repeat(1000)}deep\n\n${"1. ".repeat(1000)}deep`,
  "a staircase of lists": Array.from({ length: 200 }, (_, depth) => `${"  ".repeat(depth)}- ${depth}`).join(
    "\n",
  ),
  "emphasis nested a thousand times": `${"*a _b ".repeat(1000)}x${"_ *".repeat(1000)}`,
  "brackets nested a thousand times": `${"[".repeat(1000)}x${"](https://x.y)".repeat(1000)}`,
};

/** Texts of which nothing would be seen. */
export const INVISIBLE_TEXTS: readonly string[] = [
  "",
  " \n ",
  "# ",
  "## ",
  "```ts",
  "```ts\n",
  "> ",
  ">",
  "\u200b",
  "&nbsp;",
  "```\n\n```",
  "[]()",
  "\u2028",
];

/** What means something to a formatter or to a platform, once or a thousand times. */
export const MARKS: readonly string[] = [
  "*",
  "[",
  ">",
  "> ",
  "_",
  "`",
  "- ",
  "1. ",
  "a*",
  "*a_ ",
  "](",
  "|",
  "<",
  "\\(",
  "$",
  "~",
  "![",
  "||a ",
  "@",
  ":",
  "#",
];

const WORDS = fc.constantFrom(
  "alpha",
  "beta",
  "漢字",
  "注意：",
  "naïve",
  "👨‍👩‍👧‍👦",
  "שלום",
  "a<b",
  "x&y",
  "5 > 3",
  "&amp;",
  "snake_case_word",
  "2*3*4",
  "it's",
  '"q"',
);
const LINKS = fc.constantFrom(
  "[text](https://example.com/a?b=1&c=2)",
  "https://example.com/x_y_z",
  "[rel](./a.md)",
  "![alt](https://example.com/i.png)",
  "[ref][one]",
  "<https://x.y>",
  "a@b.cd",
);
const inline: fc.Arbitrary<string> = fc.letrec<{ piece: string; line: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "xsmall", withCrossShrink: true },
    WORDS,
    LINKS,
    fc.constantFrom(
      "`code`",
      "`a < b`",
      "``x ` y``",
      "$a_b$",
      "[^1]",
      "<br>",
      "<b>",
      "\\*",
      "|",
      "**",
      "~~",
      "||",
      "`",
    ),
    fc
      .tuple(fc.constantFrom("**", "*", "_", "~~", "||", "__"), tie("line"))
      .map(([mark, text]) => `${mark}${text}${mark}`),
    tie("line").map((text) => `[${text}](https://example.com)`),
  ),
  line: fc.array(tie("piece"), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(" ")),
})).line;

const CODE = fc.array(
  fc.constantFrom("const a = 1 < 2 && b;", "", "    indented **x**", "漢字 // 注释", "`tick`", "> no quote"),
  { maxLength: 12 },
);
const row = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

const block: fc.Arbitrary<string> = fc.letrec<{ block: string; blocks: string }>((tie) => ({
  block: fc.oneof(
    { depthSize: "xsmall", withCrossShrink: true },
    inline,
    fc.tuple(fc.integer({ min: 1, max: 6 }), inline).map(([level, text]) => `${"#".repeat(level)} ${text}`),
    fc
      .tuple(fc.constantFrom("", "ts", "c++"), CODE)
      .map(([language, code]) => `\`\`\`${language}\n${code.join("\n")}\n\`\`\``),
    fc
      .array(fc.array(inline, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 6 })
      .map(([head = [], ...rows]) => [row(head), "|---|--:|", ...rows.map(row)].join("\n")),
    fc
      .array(tie("blocks"), { minLength: 1, maxLength: 4 })
      .map((items) => items.map((item) => indented("- ", item)).join("\n")),
    fc
      .array(tie("blocks"), { minLength: 1, maxLength: 4 })
      .map((items) => items.map((item, at) => indented(`${at + 3}. `, item)).join("\n")),
    fc.tuple(fc.boolean(), inline).map(([done, text]) => `- [${done ? "x" : " "}] ${text}`),
    tie("blocks").map((text) => text.replaceAll(/^/gm, "> ")),
    fc.constantFrom("---", "[^1]: A note.", "[one]: https://one.example", "$$\nx * y * z\n$$"),
  ),
  blocks: fc.array(tie("block"), { minLength: 1, maxLength: 3 }).map((blocks) => blocks.join("\n\n")),
})).block;

function indented(mark: string, text: string): string {
  return mark + text.replaceAll("\n", `\n${" ".repeat(mark.length)}`);
}

/** Whole documents as models write them, each block well formed or not quite. */
export const markdownTexts: fc.Arbitrary<string> = fc
  .array(block, { minLength: 1, maxLength: 8 })
  .map((blocks) => blocks.join("\n\n"));

/** Anything at all, mostly made of the characters that mean something. */
export const wildTexts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from("*_~`[]()<>#-+|\\!&$:. \n\t1a漢")), maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        "**",
        "* ",
        "_",
        "~~",
        "||",
        "`",
        "```",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "[",
        "](",
        ")",
        "![",
        "[^1]",
        "|",
        "|-|-|\n",
        "$",
        "$$",
        "\\(",
        "<b>",
        "&lt;",
        "a",
        "漢",
        "  ",
        "    ",
        "http://x.y",
      ),
      { maxLength: 80 },
    )
    .map((pieces) => pieces.join("")),
);
