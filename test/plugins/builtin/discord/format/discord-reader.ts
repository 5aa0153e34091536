/**
 * Reads a message as Discord's apps do: what people see of it, and what they see it as. Written after how the apps behave,
 * apart from what writes messages, so that the two can be held against each other.
 */
export interface Reading {
  /** All that is seen, without marks; the address of a link behind its text. */
  readonly text: string;
  readonly spans: readonly Span[];
}

export interface Span {
  readonly kind: Kind;
  readonly text: string;
}

export type Kind =
  | "bold"
  | "italic"
  | "underlined"
  | "struck"
  | "spoiler"
  | "code"
  | "block"
  | "heading"
  | "small"
  | "quote"
  | "item"
  | "link"
  | "address"
  | "mention"
  | "emoji"
  | "time";

interface Rule {
  readonly kind: Kind | "escape";
  readonly matches: RegExp;
  /** Looked for where a line begins only. */
  readonly atStart?: boolean;
  readonly notIn?: Kind;
}

/** Marks that open and close alike: the one that reaches farthest wins. */
const PAIRS: readonly Rule[] = [
  { kind: "bold", matches: /^\*\*((?:\\[^]|[^\\])+?)\*\*(?!\*)/ },
  { kind: "italic", matches: /^\*(?=\S)((?:\*\*|\\[^]|\s+(?:\\[^]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/ },
  { kind: "italic", matches: /^_((?:__|\\[^]|[^\\_])+?)_(?![A-Za-z0-9_])/ },
  { kind: "underlined", matches: /^__((?:\\[^]|[^\\])+?)__(?!_)/ },
];

const RULES: readonly Rule[] = [
  { kind: "quote", atStart: true, notIn: "quote", matches: /^ *>>> ([^]*)/ },
  { kind: "quote", atStart: true, notIn: "quote", matches: /^( *> [^\n]*(?:\n *> [^\n]*)*)\n?/ },
  { kind: "heading", atStart: true, matches: /^#{1,3} +([^\n]+)\n?/ },
  { kind: "small", atStart: true, matches: /^-# +([^\n]+)\n?/ },
  {
    kind: "item",
    atStart: true,
    matches: /^ *(?:[-*]|\d+\.) +([^\n]*(?:\n +(?! *(?:[-*]|\d+\.) )[^\n]+)*)\n?/,
  },
  { kind: "block", matches: /^```(?:[a-z0-9_+\-.#]+\n)?\n*([^\n][^]*?)\n*```/i },
  { kind: "escape", matches: /^\\([^0-9A-Za-z\s])/ },
  { kind: "address", matches: /^<(https?:\/\/[^\s>]+)>/i },
  { kind: "mention", matches: /^<(?:@[!&]?|#)\d+>|^<\/[\w -]+:\d+>|^<id:\w+>|^@(?:everyone|here)/ },
  { kind: "emoji", matches: /^<a?:\w+:\d+>|^:[\w+-]+:/ },
  { kind: "time", matches: /^<t:-?\d+(?::[tTdDfFR])?>/ },
  { kind: "address", matches: /^(https?:\/\/[^\s<]+[^\s<.,:;"'\])])/i },
  {
    kind: "link",
    matches: /^\[((?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)/,
  },
  { kind: "struck", matches: /^~~([^]+?)~~(?!_)/ },
  { kind: "spoiler", matches: /^\|\|([^]+?)\|\|/ },
  { kind: "code", matches: /^(`+)([^]*?[^`])\1(?!`)/ },
];

export function read(message: string): Reading {
  const spans: Span[] = [];
  return { text: new Reader(spans).read(message.trim(), []), spans };
}

class Reader {
  readonly #spans: Span[];

  constructor(spans: Span[]) {
    this.#spans = spans;
  }

  read(source: string, inside: readonly Kind[], isLineStart = true): string {
    let text = "";
    let rest = source;
    while (rest !== "") {
      const atStart = text === "" ? isLineStart : text.endsWith("\n");
      const found = this.#find(rest, atStart, inside);
      if (found === undefined) {
        // Between two signs that may mean something there are letters.
        const plain = /^[^]?[A-Za-z0-9\u00c0-\uffff ]*/.exec(rest)?.[0] ?? rest;
        const end = Math.max(1, plain.search(/https?:\/\//i) > 0 ? plain.search(/https?:\/\//i) : 1);
        text += rest.slice(0, end);
        rest = rest.slice(end);
        continue;
      }
      text += this.#shown(found.rule, found.match, inside);
      rest = rest.slice(found.match[0].length);
    }
    return text;
  }

  #find(rest: string, atStart: boolean, inside: readonly Kind[]) {
    for (const rule of RULES) {
      if (rule.atStart && !atStart) continue;
      if (rule.notIn && inside.includes(rule.notIn)) continue;
      if (rule.kind === "link" && inside.includes("link")) continue;
      const match = rule.matches.exec(rest);
      if (match && (rule.kind !== "link" || isLink(match))) return { rule, match };
    }
    return PAIRS.flatMap((rule) => {
      const match = rule.matches.exec(rest);
      return match ? [{ rule, match }] : [];
    }).toSorted((one, other) => other.match[0].length - one.match[0].length)[0];
  }

  #shown({ kind }: Rule, match: RegExpExecArray, inside: readonly Kind[]): string {
    const [whole, first = "", second = ""] = match;
    if (kind === "escape") return first;
    if (kind === "mention" || kind === "emoji" || kind === "time") return this.#note(kind, whole);
    const within = [...inside, kind];
    switch (kind) {
      case "code":
        return this.#note(kind, second.replace(/^ (?= *`)/, "").replace(/(` *) $/, "$1"));
      case "block":
        return `\n${this.#note(kind, first)}\n`;
      case "address":
        return this.#note(kind, first);
      case "link": {
        const label = this.read(first, within, false);
        this.#note(kind, `${label} → ${second}`);
        return `${label} (${second})`;
      }
      case "quote":
        return this.#note(kind, this.#quoted(whole, first, within)) + "\n";
      case "heading":
      case "small":
      case "item":
        return `${this.#note(kind, this.read(first, within, kind === "item"))}\n`;
      default:
        return this.#note(kind, this.read(first, within, false));
    }
  }

  #quoted(whole: string, first: string, within: readonly Kind[]): string {
    return this.read(whole.startsWith(">>>") ? first : first.replaceAll(/^ *> /gm, ""), within);
  }

  #note(kind: Kind, text: string): string {
    this.#spans.push({ kind, text });
    return text;
  }
}

/** Discord makes links to the web only, and none of a text that looks like an address itself. */
function isLink([, label = "", url = ""]: RegExpExecArray): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url) && !/https?:\/\//i.test(label) && label !== "";
}
