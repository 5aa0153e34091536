/** One of Telegram's tags around a piece of text. Equal tags are one object. */
export interface Tag {
  readonly open: string;
  readonly close: string;
  /** What the tag does with others: `block` may hold anything, `code` holds and sits in nothing but blocks. */
  readonly kind: "block" | "code" | "link" | "hidden" | "style";
}

interface Run {
  readonly text: string;
  readonly tags: readonly Tag[];
}

/**
 * A text being set: pieces with the tags around them, in lines that may be indented. Tags are opened and
 * closed in order by themselves, so what comes out is always well formed.
 */
export class Page {
  readonly #runs: Run[] = [];
  #prefix = "";
  #atLineStart = true;
  #waitingBreaks = 0;

  /** Writes text; every line of it begins with the prefix in force. */
  write(text: string, tags: readonly Tag[]): void {
    for (const [index, line] of text.split("\n").entries()) {
      if (index > 0) this.#endLine(tags);
      if (line === "") continue;
      this.#begin(tags);
      this.#runs.push({ text: line, tags });
    }
  }

  /** Writes text whose lines are its own, without any prefix. */
  writeRaw(text: string, tags: readonly Tag[]): void {
    if (text === "") return;
    this.#flushBreaks(tags);
    this.#atLineStart = false;
    this.#runs.push({ text, tags });
  }

  /** Starts a new line, or with 2 a new paragraph, before whatever is written next; nothing at the start. */
  break(lines: number): void {
    if (this.#runs.length > 0) this.#waitingBreaks = Math.max(this.#waitingBreaks, lines);
  }

  /** Begins the lines of `write` with `prefix`, in addition to the prefix in force. */
  indented(prefix: string, write: () => void): void {
    this.#withPrefix(this.#prefix + prefix, write);
  }

  /** Begins the lines of `write` with nothing. */
  unindented(write: () => void): void {
    this.#withPrefix("", write);
  }

  get text(): string {
    return this.#runs.map((run) => run.text).join("");
  }

  /** The text with its tags, as Telegram's parser takes it. */
  get html(): string {
    let html = "";
    let open: readonly Tag[] = [];
    for (const { text, tags } of this.#runs) {
      const same = sharedTags(open, tags);
      html += closing(open.slice(same)) + opening(tags.slice(same)) + escapeHtml(text);
      open = tags;
    }
    return html + closing(open);
  }

  #withPrefix(prefix: string, write: () => void): void {
    const outer = this.#prefix;
    this.#prefix = prefix;
    write();
    this.#prefix = outer;
  }

  #endLine(tags: readonly Tag[]): void {
    if (this.#runs.length === 0) return;
    this.#flushBreaks(tags);
    this.#runs.push({ text: "\n", tags });
    this.#atLineStart = true;
  }

  #begin(tags: readonly Tag[]): void {
    this.#flushBreaks(tags);
    if (this.#atLineStart && this.#prefix !== "") {
      this.#runs.push({ text: this.#prefix, tags: tags.filter(({ kind }) => kind === "block") });
    }
    this.#atLineStart = false;
  }

  /** The space between two blocks belongs to a quote only if both do. */
  #flushBreaks(tags: readonly Tag[]): void {
    if (this.#waitingBreaks === 0) return;
    const last = this.#runs.at(-1)?.tags ?? [];
    const shared = tags.slice(0, sharedTags(last, tags)).filter(({ kind }) => kind === "block");
    this.#runs.push({ text: "\n".repeat(this.#waitingBreaks), tags: shared });
    this.#waitingBreaks = 0;
    this.#atLineStart = true;
  }
}

/** The three signs that mean something to Telegram's parser. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function sharedTags(left: readonly Tag[], right: readonly Tag[]): number {
  const differs = left.findIndex((tag, index) => tag !== right[index]);
  return differs === -1 ? left.length : differs;
}

function opening(tags: readonly Tag[]): string {
  return tags.map(({ open }) => open).join("");
}

function closing(tags: readonly Tag[]): string {
  return tags
    .toReversed()
    .map(({ close }) => close)
    .join("");
}
