import { type MarkedExtension, Tokenizer, type Tokens } from "marked";

/** Chinese, Japanese and Korean letters, and the full-width punctuation around them. */
const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef‘’“”…—·]/u;

/** Two stars, words that neither begin nor end with a space, two stars. */
const STRONG = /^\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?!\*)/;

/** Whether these words are written with such letters, which have no slanted form. */
export function hasCjk(text: string): boolean {
  return CJK.test(text);
}

/**
 * Markdown as people write it in Chinese. CommonMark wants a space or punctuation on the right
 * side of the stars, so `**注意：**请先保存` stays as it is; here it becomes bold. And an address
 * ends where Chinese begins.
 */
export const cjkMarkdown: MarkedExtension = {
  extensions: [
    {
      name: "strong",
      level: "inline",
      start: (source) => {
        const at = source.indexOf("**");
        return at < 0 ? undefined : at;
      },
      tokenizer(source) {
        const found = STRONG.exec(source);
        const text = found?.[1];
        if (!found || text === undefined) return undefined;
        const edges = [text.at(0), text.at(-1), source.at(found[0].length)];
        if (!edges.some((letter) => letter !== undefined && hasCjk(letter))) return undefined;
        return { type: "strong", raw: found[0], text, tokens: this.lexer.inlineTokens(text) };
      },
    },
  ],
  tokenizer: {
    url(source) {
      const token = Tokenizer.prototype.url.call(this, source);
      const at = token ? token.raw.search(CJK) : -1;
      return token && at > 0 ? cutLink(token, at) : token;
    },
  },
};

function cutLink(token: Tokens.Link, at: number): Tokens.Link {
  const raw = token.raw.slice(0, at);
  // `www.` and mail addresses have something put before them.
  const href = token.href.slice(0, token.href.length - (token.raw.length - at));
  return { ...token, raw, text: raw, href, tokens: [{ type: "text", raw, text: raw, escaped: false }] };
}
