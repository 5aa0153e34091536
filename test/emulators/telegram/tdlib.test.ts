import { expect, test } from "bun:test";
import { tdlib } from "./tdlib.ts";

const oracle = tdlib;

test(
  oracle
    ? "Telegram's own parser says what a text becomes"
    : "Telegram's own parser is not there: nothing asks it",
  () => {
    if (oracle === undefined) return;
    const parsed: object = oracle.parse(
      '<b>one</b> 😀 <pre><code class="language-ts">x</code></pre>',
      "HTML",
    );
    expect(parsed).toEqual({
      text: "one 😀 x",
      entities: [
        { "@type": "textEntity", offset: 0, length: 3, type: { "@type": "textEntityTypeBold" } },
        {
          "@type": "textEntity",
          offset: 7,
          length: 1,
          type: { "@type": "textEntityTypePreCode", language: "ts" },
        },
      ],
    });
    expect(oracle.parse("*one*", "MarkdownV2")).toMatchObject({ text: "one" });
  },
);

test(
  oracle
    ? "Telegram's own parser gives the reason for which it refuses a text"
    : "Telegram's own parser is not there: no reasons either",
  () => {
    if (oracle === undefined) return;
    expect(oracle.parse("<h1>x</h1>", "HTML")).toEqual({
      error: `Can't parse entities: Unsupported start tag "h1" at byte offset 0`,
    });
  },
);
