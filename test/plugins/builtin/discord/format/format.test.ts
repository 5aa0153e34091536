import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatterFor, MESSAGE_LIMIT } from "../../../../../src/plugins/builtin/discord/format/format.ts";
import { describeFormat } from "../../../../contracts/format.ts";
import { type Kind, read } from "./discord-reader.ts";

const { toDiscord, toPlain, lengthOf } = formatterFor({ hasPreviews: false });
const withPreviews = formatterFor({ hasPreviews: true });

/** What a model's text must never become: somebody is called, or something else is shown than was written. */
const NEVER: readonly Kind[] = ["mention", "emoji", "time", "small", "underlined"];

/** What people see of a text, after checking all that we promise. */
function seen(markdown: string): string {
  const shown = toDiscord(markdown);
  expect(shown.length).toBe(lengthOf(markdown));
  expect(shown).toBe(shown.trim());
  expect((shown.match(/^(?:> )*```/gm) ?? []).length % 2).toBe(0);
  const { text, spans } = read(shown);
  const wrong = spans.filter(({ kind }) => NEVER.includes(kind));
  expect(wrong, `${JSON.stringify(markdown)}\n${shown}`).toEqual([]);
  expect(shown === "").toBe(toPlain(markdown) === "");
  return text;
}

/** The letters and digits, in their order: neither marks nor spaces. */
const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, "");

describeFormat({
  promise: "shows what it says, and nothing else",
  seen,
  shown: toDiscord,
  lengthOf,
  toPlain,
  seenPlain: (markdown) => read(toPlain(markdown)).text,
});

const LOUD = fc.constantFrom(
  "@everyone",
  "@here",
  "<@100000000000000001>",
  "<@!100000000000000001>",
  "<@&100000000000000001>",
  "<#100000000000000001>",
  "<:cat:100000000000000001>",
  "<a:cat:100000000000000001>",
  "<t:1700000000:R>",
  "</help:100000000000000001>",
  "<id:browse>",
  ":smile:",
  ":100:",
  "-# small",
  "# big",
  "> quoted",
  ">>> all",
  "- item",
  "1. one",
  "***",
  "__under__",
  "~~",
  "||",
  "`",
  "```",
  "\\",
  "[a](https://x.y)",
  "](https://x.y)",
  "[",
  "https://x.y/_a_b_",
  "http://localhost/a_b*c",
  "_",
  "*",
  "**",
  " ",
  "\n",
  "word",
  "漢字",
  "¯\\_(ツ)_/¯",
  "<",
  ">",
  "|",
  "~",
  ":",
  "@",
  "#",
);

test("any row of what means something to Discord means nothing, as text", () => {
  fc.assert(
    fc.property(fc.array(LOUD, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      // Escaped in Markdown, all of it is text.
      const literal = text.replaceAll(/[!-/:-@[-`{-~]/g, "\\$&");
      const shown = seen(literal);
      expect(letters(shown.replaceAll(/%(?:2A|3C|3E|5C|60|7C|7E)/g, "*"))).toBe(letters(text));
      const { spans } = read(toPlain(literal));
      expect(spans.filter(({ kind }) => kind !== "address")).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});

test("any row of what means something to Discord shows nothing but what it says", () => {
  fc.assert(
    fc.property(fc.array(LOUD, { maxLength: 12 }), (parts) => void seen(parts.join(" "))),
    { numRuns: 1000 },
  );
});

const SHOWN: readonly (readonly [what: string, markdown: string, shown: string])[] = [
  ["headings of three sizes are headings", "# A *b*\n## C\n### D", "# A *b*\n## C\n### D"],
  ["smaller headings are bold", "#### A **b** *c*\ntext", "**A b *c***\ntext"],
  ["a heading in an item is bold", "- # A", "- **A**"],
  ["a heading of two lines is one line", "A\nb\n===", "# A b"],
  ["lists keep their levels and numbers", "3. a\n4. b\n   - c\n     - d", "3. a\n4. b\n   - c\n     - d"],
  ["items have one sign, whatever the source has", "* a\n* b\n\ntext", "- a\n- b\n\ntext"],
  ["lines of an item stand below each other", "- a\n  b\n\n  c", "- a\n  b\n\n  c"],
  ["what comes behind a list is no part of it", "- a\n# b", "- a\n\n# b"],
  ["tasks have boxes", "- [ ] a\n- [x] b\n\n1. [x] c", "- ☐ a\n- ☑ b\n\n1. ☑ c"],
  ["code keeps its language", "```c++ title\na < b *c*\n```", "```c++\na < b *c*\n```"],
  ["code without a language is a block too", "~~~\na\n\nb\n~~~", "```\na\n\nb\n```"],
  [
    "backticks do not end a block",
    "````\n```\na\n```\n````",
    "```\n`\u200b`\u200b`\na\n`\u200b`\u200b`\n```",
  ],
  [
    "code in an item keeps its own spaces only",
    "- a\n\n  ```py\n  if x:\n      y\n  ```",
    "- a\n\n```py\nif x:\n    y\n```",
  ],
  ["backticks in code in a line have more around them", "`` a`b `` and `` `c` ``", "``a`b`` and `` `c` ``"],
  [
    "tables have columns",
    "| a | b |\n|---|--:|\n| 漢字 | 1 |",
    "```\na    |   b\n-----+----\n漢字 |   1\n```",
  ],
  [
    "links in tables stand below",
    "| a |\n|---|\n| [b](https://x.y) |",
    "```\na\n---\nb\n```\n[b](<https://x.y>)",
  ],
  ["quotes hold paragraphs", "> a\n>\n> b\n\nc", "> a\n> \n> b\n\nc"],
  ["a quote in a quote is marked by signs", "> a\n> > b\n> > c", "> a\n> > b\n> > c"],
  ["code in a quote is in the quote", "> ```\n> a\n> ```", "> ```\n> a\n> ```"],
  ["pictures are links", "![a](https://x.y/i.png)", "[a](<https://x.y/i.png>)"],
  [
    "bare addresses end where they end",
    "见https://x.y/a。然后（https://x.y/b）。",
    "见<https://x.y/a>。然后（<https://x.y/b>）。",
  ],
  [
    "addresses that Markdown does not know are links too",
    "http://localhost:1/a_b, yes",
    "<http://localhost:1/a_b>, yes",
  ],
  [
    "a link that is its own text is an address",
    "[https://x.y/](https://x.y) <https://x.y>",
    "<https://x.y> <https://x.y>",
  ],
  ["a link whose text is another address tells both", "[https://a.bc](https://x.y)", "a.bc (<https://x.y>)"],
  [
    "brackets in a link are counted",
    "[a [b]](https://x.y) [c\\[d](https://x.y)",
    "[a [b]](<https://x.y>) [c［d](<https://x.y>)",
  ],
  ["odd addresses are written out", "[a](<https://x.y/a b|c*>)", "[a](<https://x.y/a%20b%7Cc%2A>)"],
  ["other addresses can be read", "[a](./b.md) [c](#d)", "a (./b.md) c"],
  ["mail addresses are text", "[us](mailto:a@b.cd) <a@b.cd>", "us (a@b.cd) a@b.cd"],
  ["a picture that is spelled out is told by its name", "![a](data:image/png;base64,AAAA)", "a"],
  ["rules are lines", "a\n\n---\n\nb", "a\n\n──────────\n\nb"],
  ["tags are text, but for line breaks", "<u>a</u><br>b", "\\<u>a\\</u>\nb"],
  ["footnotes have their numbers", "a[^1]\n\n[^1]: b", "a[1]\n\n[1] b"],
  ["a definition that nothing uses is text", "[a]: https://x.y", "[a]: <https://x.y>"],
  ["marks beside Chinese words work", "**注意：**请看*这里。*好", "**注意：**请看*这里。*好"],
  ["mathematics stays as it is", "$a*b*c$", "$a\\*b\\*c$"],
  ["struck, slanted and hidden", "~~a~~ _b_ __c__ ||d||", "~~a~~ *b* **c** ||d||"],
  ["or-signs are no spoilers", "if (a || b || c)", "if (a \\|\\| b \\|\\| c)"],
  ["bold beside slanted is kept apart", "*a***b**", "*a*\u200b**b**"],
  ["code with stars stands outside of bold", "**a `b**c` d**", "**a** `b**c` **d**"],
  ["what is hidden stays hidden, bars and all", "||a `b||c`||", "||a `b|\u200b|c`||"],
  ["names keep their signs", "snake_case __init__ 2*3", "snake\\_case **init** 2\\*3"],
  ["what calls people calls nobody", "@everyone <@1> <#2>", "\\@everyone \\<@1> \\<#2>"],
  [
    "emoji and times in Discord's words are text",
    "<:a:1> <t:1:R> a:b: :c:",
    "\\<\\:a:1> \\<t\\:1:R> a\\:b: \\:c:",
  ],
  ["half a character becomes a sign for it", "a\ud83d", "a\ufffd"],
];
for (const [what, markdown, shown] of SHOWN) {
  test(what, () => {
    expect(toDiscord(markdown)).toBe(shown);
    seen(markdown);
  });
}

test("marks are read as what they were written as", () => {
  const of = (markdown: string) => read(toDiscord(markdown)).spans.map(({ kind, text }) => `${kind} ${text}`);
  expect(of("**a *b* c** ~~d~~ ||e|| `f`")).toEqual([
    "italic b",
    "bold a b c",
    "struck d",
    "spoiler e",
    "code f",
  ]);
  expect(of("***a** b*")).toEqual(["bold a", "italic a b"]);
  expect(of("***a* b**")).toEqual(["italic a", "bold a b"]);
  expect(of("*a***b***c*")).toEqual(["italic a", "bold b", "italic c"]);
  expect(of("**a****b**")).toEqual(["bold a****b"]);
  expect(of("`a``b`")).toEqual(["code a``b"]);
  expect(of("[**a** `b`](https://x.y/(1))")).toEqual(["bold a", "code b", "link a b → https://x.y/(1)"]);
  expect(of("# a\n- b\n  1. c\n> d")).toEqual(["heading a", "item b", "item c", "quote d"]);
  expect(of("``` js\na `b`\n```")).toEqual(["block a `b`"]);
  expect(of("~~a\\~~~ ||b `|`||")).toEqual(["struck a~\u200b", "code |", "spoiler b |"]);
});

test("with previews, links stand as Discord looks for them", () => {
  const shown = withPreviews.toDiscord("https://x.y [a](https://x.y) https://x.y/b。 [c](https://x.y/(1))");
  expect(shown).toBe("https://x.y [a](https://x.y) <https://x.y/b>。 [c](<https://x.y/(1)>)");
});

test("plain text has no marks, but the addresses of its links, and none of its own is read", () => {
  const markdown = "# A\n\n**b** [c](https://x.y) <https://z.a>\n\n> d\n\n- [x] e_f\n\n```ts\n*g*\n```";
  expect(toPlain(markdown)).toBe("A\n\nb c (<https://x.y>) <https://z.a>\n\n\\> d\n\n• ☑ e\\_f\n\n\\*g\\*");
});

test("plain text fits a message whenever the formatted one does", () => {
  for (const markdown of [
    "[a](https://example.com/a/long/address) ".repeat(45),
    `\`\`\`\n${"*".repeat(1900)}\n\`\`\``,
    `\`\`\`\n${"_a".repeat(900)}\n\`\`\``,
  ]) {
    expect(lengthOf(markdown)).toBeLessThanOrEqual(MESSAGE_LIMIT);
    expect(toPlain(markdown).length).toBeLessThanOrEqual(MESSAGE_LIMIT);
  }
});
