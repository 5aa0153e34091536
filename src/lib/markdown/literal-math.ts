import type { Options } from "mdast-util-from-markdown";

/** An addition to the Markdown syntax, as the parser takes it. */
export type Syntax = Exclude<NonNullable<Options["extensions"]>[number], readonly unknown[]>;
type Construct = Exclude<NonNullable<NonNullable<Syntax["text"]>[string]>, readonly unknown[]>;
type Tokenizer = Construct["tokenize"];
type State = ReturnType<Tokenizer>;
type Code = Parameters<State>[0];

const DOLLAR = 36;
const BACKSLASH = 92;
/** What closes `\(` and `\[`. */
const CLOSING: Readonly<Record<number, number>> = { 40: 41, 91: 93 };
/** An opening mark whose closing is farther away is none. */
const LONGEST = 2000;

/**
 * Leaves `$…$`, `$$…$$`, `\(…\)` and `\[…\]` as they are written: the stars, underscores and backslashes of
 * mathematics are no Markdown.
 */
export function literalMath(): Syntax {
  return {
    text: {
      [DOLLAR]: { name: "dollarMath", tokenize: tokenizeDollars, previous: (code) => !isWord(code) },
      [BACKSLASH]: { name: "backslashMath", tokenize: tokenizeBackslash },
    },
  };
}

/** As pandoc has it: no space inside single marks and no digit behind them, so that prices are none. */
const tokenizeDollars: Tokenizer = (effects, ok, nok) => {
  let size = 0;
  let last: Code = null;
  const opening: State = (code) => {
    if (code === DOLLAR && size < 2) {
      size += 1;
      effects.consume(code);
      return opening;
    }
    return code === DOLLAR || (size === 1 && isSpace(code)) ? nok(code) : inside(code);
  };
  const inside: State = (code) => {
    if (code === DOLLAR && (size === 2 || !isSpace(last))) {
      effects.consume(code);
      return size === 2 ? secondDollar : behind;
    }
    last = code;
    return take(code);
  };
  const secondDollar: State = (code) => {
    if (code !== DOLLAR) return inside(code);
    effects.consume(code);
    return behind;
  };
  const behind: State = (code) => {
    if (size === 1 && isDigit(code)) return nok(code);
    effects.exit("data");
    return ok(code);
  };
  const take = taker(effects, nok, inside);
  return (code) => {
    effects.enter("data");
    return opening(code);
  };
};

const tokenizeBackslash: Tokenizer = (effects, ok, nok) => {
  let closing: number | undefined;
  const opening: State = (code) => {
    closing = code === null ? undefined : CLOSING[code];
    if (closing === undefined) return nok(code);
    effects.consume(code);
    return inside;
  };
  const inside: State = (code) => {
    if (code !== BACKSLASH) return take(code);
    effects.consume(code);
    return afterBackslash;
  };
  const afterBackslash: State = (code) => {
    if (code !== closing) return take(code);
    effects.consume(code);
    return end;
  };
  const end: State = (code) => {
    effects.exit("data");
    return ok(code);
  };
  const take = taker(effects, nok, inside);
  return (code) => {
    effects.enter("data");
    effects.consume(code);
    return opening;
  };
};

/** Takes any one character of the mathematics, over the ends of lines. */
function taker(effects: Parameters<Tokenizer>[0], nok: State, then: State): State {
  let length = 0;
  const nextLine: State = (code) => {
    if (code === null || isLineEnd(code)) return nok(code);
    effects.enter("data");
    return then(code);
  };
  return (code) => {
    length += 1;
    if (code === null || length > LONGEST) return nok(code);
    if (!isLineEnd(code)) {
      effects.consume(code);
      return then;
    }
    effects.exit("data");
    effects.enter("lineEnding");
    effects.consume(code);
    effects.exit("lineEnding");
    return nextLine;
  };
}

/** The parser stands -5 to -3 for the ends of lines, -2 and -1 for tabs. */
function isLineEnd(code: Code): boolean {
  return code !== null && code < -2;
}

function isSpace(code: Code): boolean {
  return code === null || code < 0 || code === 32;
}

function isDigit(code: Code): boolean {
  return code !== null && code >= 48 && code <= 57;
}

function isWord(code: Code): boolean {
  return code !== null && code >= 0 && /[\w$\\]/.test(String.fromCharCode(code));
}
