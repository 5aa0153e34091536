import { expect, test } from "bun:test";
import { parseHtml } from "./html.ts";
import { parseMarkup } from "./markup.ts";
import { tdlib } from "./tdlib.ts";

const ACCEPTED = [
  "plain",
  "<b>bold</b> <i>it <u>both</u></i> <s>x</s><strike>y</strike><del>z</del> <ins>n</ins><em>e</em><strong>s</strong>",
  '<a href="https://example.org/?a=1&amp;b=2">link</a>',
  "<code>x &lt; y</code> &amp; &quot;q&quot; &nbsp; &#65;&#x42; & alone",
  '<pre><code class="language-ts">const x = 1;</code></pre>',
  "<pre>no language</pre>",
  "<blockquote>q <b>b</b></blockquote> <blockquote expandable>long</blockquote>",
  '<tg-spoiler>s</tg-spoiler> <span class="tg-spoiler">t</span>',
  "😀 <b>after an emoji</b> 日本",
  "a < b".replace("<", "&lt;"),
  "<B>upper</B>",
  "<b></b>empty",
];
const REFUSED = [
  "<h1>x</h1>",
  "ü<br>",
  "<b>x",
  "<b><i>x</b></i>",
  "x</b>",
  '<span class="other">x</span>',
  "<b",
  "</b",
  "<b>x</b",
  "</",
  '<a href="x"',
];

for (const html of [...ACCEPTED, ...REFUSED]) {
  test(`both parsers read ${JSON.stringify(html)} alike`, () => {
    const ours = parseHtml(html);
    if (tdlib) {
      expect(ours as object).toEqual(parseMarkup(html, "HTML") as object);
    } else {
      expect("error" in ours).toBe(REFUSED.includes(html));
    }
  });
}

test("offsets count UTF-16 units of the text that people see", () => {
  expect(parseHtml("😀<b>x</b>&lt;")).toEqual({
    text: "😀x<",
    entities: [{ type: "bold", offset: 2, length: 1 }],
  });
});
