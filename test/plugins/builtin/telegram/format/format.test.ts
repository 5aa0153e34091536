import { expect, test } from "bun:test";
import {
  lengthOf,
  MESSAGE_LIMIT,
  toHtml,
  toPlain,
} from "../../../../../src/plugins/builtin/telegram/format/format.ts";
import { tdlib } from "../../../../emulators/telegram/tdlib.ts";
import { describeFormat } from "../../../../contracts/format.ts";

/** Who judges: Telegram's own parser where it is there. */
const judge = tdlib
  ? "Telegram's own parser"
  : "our reading of Telegram's rules (its own parser is not there)";
const TAGS = /<\/?(?:b|i|s|a|code|pre|blockquote|tg-spoiler)(?: [^<>]*)?>/g;

/** What is seen of a text, after checking all that Telegram asks of it. */
function seen(markdown: string): string {
  const html = toHtml(markdown);
  const text = tdlib
    ? parsed(html, markdown)
    : html.replaceAll(TAGS, "").replaceAll(/&(lt|gt|amp|quot);/g, unescaped);
  expect(text.length).toBe(lengthOf(markdown));
  expect(html === "").toBe(text.trim() === "");
  expectWellNested(html);
  return text;
}

function parsed(html: string, markdown: string): string {
  const result = tdlib!.parse(html, "HTML");
  if ("error" in result) throw new Error(`${result.error}\n${JSON.stringify(markdown)}\n${html}`);
  // A link that Telegram does not take for one would be lost without a word.
  const links = result.entities.filter(({ type }) => /TextUrl|MentionName/.test(type["@type"])).length;
  expect(links).toBe(html.match(/<a /g)?.length ?? 0);
  return result.text;
}

function unescaped(reference: string): string {
  return { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' }[reference] ?? reference;
}

/** Code holds nothing, quotes hold no quotes, and what opens last closes first. */
function expectWellNested(html: string): void {
  const open: string[] = [];
  for (const [tag] of html.matchAll(TAGS)) {
    const name = /[a-z-]+/.exec(tag)?.[0] ?? "";
    if (tag.startsWith("</")) {
      expect(open.pop()).toBe(name);
      continue;
    }
    const inPre = open.at(-1) === "pre" && name === "code" && tag.includes("language-");
    expect(open.includes("code") || (open.includes("pre") && !inPre)).toBe(false);
    if (name === "code" || name === "pre")
      expect(open.filter((outer) => outer !== "blockquote" && !inPre)).toEqual([]);
    expect(open).not.toContain(name);
    open.push(name);
  }
  expect(open).toEqual([]);
}

describeFormat({
  promise: `is accepted by ${judge}`,
  seen,
  shown: toHtml,
  lengthOf,
  toPlain,
  seenPlain: toPlain,
});

const SHOWN: readonly (readonly [what: string, markdown: string, html: string])[] = [
  ["headings are bold", "# A *b*\ntext", "<b>A <i>b</i></b>\ntext"],
  ["bold in a heading needs no second tag", "## **a** b", "<b>a b</b>"],
  ["code stands in no other tag but a quote", "**a `b` c** > d", "<b>a </b><code>b</code><b> c</b> &gt; d"],
  ["a link with code in it stays a link", "[`a`](https://x.y)", '<a href="https://x.y">a</a>'],
  ["code under a spoiler stays hidden", "||a `b`||", "<tg-spoiler>a b</tg-spoiler>"],
  ["lists keep their levels and numbers", "3. a\n4. b\n   - c\n     - d", "3. a\n4. b\n    ◦ c\n        ▪ d"],
  ["lines of an item stand below each other", "- a\n  b\n\n  c", "• a\n    b\n\n    c"],
  ["tasks have boxes", "- [ ] a\n- [x] b\n\n1. [x] c", "☐ a\n☑ b\n\n1. ☑ c"],
  [
    "code keeps its language",
    "```c++ title\na < b\n```",
    '<pre><code class="language-c++">a &lt; b</code></pre>',
  ],
  ["code without a language is a block too", "~~~\na\n\nb\n~~~", "<pre>a\n\nb</pre>"],
  [
    "tables have columns",
    "| a | b |\n|---|--:|\n| 漢字 | 1 |",
    "<pre>a    |   b\n-----+----\n漢字 |   1</pre>",
  ],
  [
    "links in tables stand below",
    "| a |\n|---|\n| [b](https://x.y) |",
    '<pre>a\n---\nb</pre>\n<a href="https://x.y">b</a>',
  ],
  ["quotes hold paragraphs", "> a\n>\n> b\n\nc", "<blockquote>a\n\nb</blockquote>\n\nc"],
  [
    "a quote in a quote is marked by signs",
    "> a\n> > b\n> > c",
    "<blockquote>a\n&gt; b\n&gt; c</blockquote>",
  ],
  [
    "a long quote is folded",
    `> ${"a ".repeat(500)}`,
    `<blockquote expandable>${"a ".repeat(500).trim()}</blockquote>`,
  ],
  ["pictures are links", "![a](https://x.y/i.png)", '<a href="https://x.y/i.png">a</a>'],
  [
    "other addresses can be read",
    "[a](./b.md) [c](#d) [e](http://localhost:1)",
    "a (./b.md) c e (http://localhost:1)",
  ],
  [
    "mail addresses are text, which Telegram finds by itself",
    "[us](mailto:a@b.cd) <a@b.cd>",
    "us (a@b.cd) a@b.cd",
  ],
  ["a picture that is spelled out is told by its name", "![a](data:image/png;base64,AAAA)", "a"],
  ["rules are lines", "a\n\n---\n\nb", "a\n\n──────────\n\nb"],
  ["tags are text, but for line breaks", "<u>a</u><br>b", "&lt;u&gt;a&lt;/u&gt;\nb"],
  ["footnotes have their numbers", "a[^1]\n\n[^1]: b", "a[1]\n\n[1] b"],
  ["a footnote that is told elsewhere looks the same", "a[^1]", "a[1]"],
  ["a definition that nothing uses is text", "[a]: https://x.y", "[a]: https://x.y"],
  ["marks beside Chinese words work", "**注意：**请看", "<b>注意：</b>请看"],
  ["mathematics stays as it is", "$a*b*c$ \\(x\\,y\\)", "$a*b*c$ \\(x\\,y\\)"],
  ["prices are no mathematics", "*$5* and *$6*", "<i>$5</i> and <i>$6</i>"],
  ["struck and slanted", "~~a~~ *b* __c__", "<s>a</s> <i>b</i> <b>c</b>"],
  ["or-signs are no spoilers", "if (a || b || c)", "if (a || b || c)"],
  ["half a character becomes a sign for it", "a\ud83d", "a\ufffd"],
];
for (const [what, markdown, html] of SHOWN) {
  test(what, () => {
    expect(toHtml(markdown)).toBe(html);
    seen(markdown);
  });
}

test("plain text has no marks, but the addresses of its links", () => {
  const markdown = "# A\n\n**b** [c](https://x.y) <https://z.a>\n\n> d\n\n- [x] e\n\n```ts\nf\n```";
  expect(toPlain(markdown)).toBe("A\n\nb c (https://x.y) https://z.a\n\n> d\n\n☑ e\n\nf");
});

test("plain text fits a message whenever the formatted one does", () => {
  const markdown = "[a](https://example.com/a/long/address) ".repeat(100);
  expect(lengthOf(markdown)).toBeLessThanOrEqual(MESSAGE_LIMIT);
  expect(toPlain(markdown).length).toBeLessThanOrEqual(MESSAGE_LIMIT);
});
