import type { MessageEntity } from "@grammyjs/types";

/** A text as people see it, and what stands out in it; offsets in UTF-16 units. */
export interface FormattedText {
  readonly text: string;
  readonly entities: MessageEntity[];
}

type Refused = { readonly error: string };

interface Open {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where its text begins, in UTF-16 units of the result. */
  readonly at: number;
}

const SIMPLE: Readonly<Record<string, MessageEntity.CommonMessageEntity["type"]>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  span: "spoiler",
  code: "code",
};
const OTHER_TAGS = new Set(["a", "pre", "blockquote", "tg-emoji", "tg-time"]);
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Reads Telegram's HTML as strictly as its server: any other tag, and any tag left open, is an error. */
export function parseHtml(html: string): FormattedText | Refused {
  return new HtmlReader(html).read();
}

class HtmlReader {
  readonly #html: string;
  readonly #open: Open[] = [];
  readonly #entities: MessageEntity[] = [];
  #at = 0;
  #text = "";

  constructor(html: string) {
    this.#html = html;
  }

  read(): FormattedText | Refused {
    while (this.#at < this.#html.length) {
      const next = this.#html[this.#at];
      const refused = next === "<" ? this.#readTag() : this.#readText(next ?? "");
      if (refused) return { error: `Can't parse entities: ${refused}` };
    }
    const left = this.#open.at(-1);
    if (left)
      return { error: `Can't parse entities: Can't find end tag corresponding to start tag "${left.tag}"` };
    const entities = this.#entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
    return { text: this.#text, entities };
  }

  #readText(character: string): undefined {
    const reference =
      character === "&" ? this.#html.slice(this.#at).match(/^&(#x[\da-f]+|#\d+|[a-z]+);?/i) : undefined;
    const decoded = reference ? decode(reference[1] ?? "") : undefined;
    this.#text += decoded ?? character;
    this.#at += decoded && reference ? reference[0].length : character.length;
  }

  #readTag(): string | undefined {
    const start = this.#at;
    return this.#html[start + 1] === "/" ? this.#readEndTag(start) : this.#readStartTag(start);
  }

  #readStartTag(start: number): string | undefined {
    const name = this.#html.slice(start + 1).match(/^[^\s>/]*/)?.[0] ?? "";
    const tag = name.toLowerCase();
    if (!(tag in SIMPLE) && !OTHER_TAGS.has(tag)) {
      return `Unsupported start tag "${tag}" at byte offset ${this.#bytes(start)}`;
    }
    const attributes = new Map<string, string>();
    const end = readAttributes(this.#html, start + 1 + name.length, attributes);
    if (end === "unclosed") return `Unclosed start tag at byte offset ${this.#bytes(start)}`;
    if (end === "nameless")
      return `Empty attribute name in the tag "${tag}" at byte offset ${this.#bytes(start)}`;
    if (tag === "span" && attributes.get("class") !== "tg-spoiler") {
      return `Tag "span" must have class "tg-spoiler" at byte offset ${this.#bytes(start)}`;
    }
    this.#at = end;
    this.#open.push({ tag, attributes, at: this.#text.length });
    return undefined;
  }

  #readEndTag(start: number): string | undefined {
    const open = this.#open.pop();
    if (!open) return `Unexpected end tag at byte offset ${this.#bytes(start)}`;
    const found = this.#html.slice(start).match(/^<\/([^\s>]*)\s*>/);
    if (!found) return `Unclosed end tag at byte offset ${this.#bytes(start)}`;
    const tag = (found[1] ?? "").toLowerCase();
    if (tag !== "" && tag !== open.tag) {
      return `Unmatched end tag at byte offset ${this.#bytes(start)}, expected "</${open.tag}>", found "</${tag}>"`;
    }
    this.#at += found[0].length;
    this.#close(open);
    return undefined;
  }

  #close({ tag, attributes, at }: Open): void {
    const place = { offset: at, length: this.#text.length - at };
    if (place.length === 0) return;
    const entity = this.#entityOf(tag, attributes, place);
    if (entity) this.#entities.push(entity);
  }

  #entityOf(
    tag: string,
    attributes: ReadonlyMap<string, string>,
    place: { offset: number; length: number },
  ): MessageEntity | undefined {
    if (tag === "code" && this.#open.at(-1)?.tag === "pre") {
      const language = attributes.get("class")?.match(/^language-(.+)$/)?.[1];
      if (language !== undefined) return { type: "pre", ...place, language };
    }
    if (tag === "pre") return this.#isCoded(place) ? undefined : { type: "pre", ...place };
    if (tag === "a") {
      const url = attributes.get("href") ?? this.#text.slice(place.offset, place.offset + place.length);
      return /^[a-z]+:|\./i.test(url) ? { type: "text_link", ...place, url } : undefined;
    }
    if (tag === "blockquote") {
      return { type: attributes.has("expandable") ? "expandable_blockquote" : "blockquote", ...place };
    }
    const simple = SIMPLE[tag];
    return simple && { type: simple, ...place };
  }

  /** Whether a block of code with a language has just been found in just this place. */
  #isCoded({ offset, length }: { offset: number; length: number }): boolean {
    const inner = this.#entities.at(-1);
    return inner?.type === "pre" && inner.offset === offset && inner.length === length;
  }

  /** Telegram counts the bytes of the UTF-8 text. */
  #bytes(at: number): number {
    return Buffer.byteLength(this.#html.slice(0, at));
  }
}

/** Reads the attributes of a tag from `at` on; where the tag has ended, or why it cannot be read. */
function readAttributes(
  html: string,
  at: number,
  attributes: Map<string, string>,
): number | "unclosed" | "nameless" {
  let rest = at;
  for (;;) {
    rest += html.slice(rest).match(/^\s*/)?.[0].length ?? 0;
    if (rest >= html.length) return "unclosed";
    if (html[rest] === ">") return rest + 1;
    const found = html.slice(rest).match(/^([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?/);
    if (!found?.[1]) return "nameless";
    attributes.set(found[1].toLowerCase(), decodeAll(found[2] ?? found[3] ?? found[4] ?? ""));
    rest += found[0].length;
  }
}

/** The character of a reference; only numbers and four names are known, all else stays as it is written. */
function decode(reference: string): string | undefined {
  if (!reference.startsWith("#")) return NAMED[reference];
  const isHex = /^#x/i.test(reference);
  const code = Number.parseInt(reference.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function decodeAll(text: string): string {
  return text.replaceAll(
    /&(#x[\da-f]+|#\d+|[a-z]+);?/gi,
    (written, reference: string) => decode(reference) ?? written,
  );
}
