/** What stands in front of the lines of a quote or an item. */
interface Prefix {
  text: string;
  readonly isIndent: boolean;
}

/** Stands for the words of an item that begins with something that has lines of its own. */
const NO_WORDS = "&#160;";
/** One level of a list, as Feishu counts them. */
const LEVEL = 4;

/** A text being set, line by line, in quotes and lists. */
export class Sheet {
  readonly #lines: string[] = [];
  readonly #prefixes: Prefix[] = [];
  /** The mark of an item that has no words yet, and how many prefixes stand in front of it. */
  #mark: { readonly text: string; readonly depth: number } | undefined;
  /** Lines that are waited for, and how many prefixes stand in front of an empty one. */
  #waiting = { breaks: 0, depth: 0 };
  #isBehindRaw = false;
  /** A list has ended too early, with words behind it that a number would not end. */
  #hasFallen = false;

  /** Writes lines; each begins with the prefixes in force. */
  write(text: string): void {
    if (text === "") return;
    this.#flushBreaks();
    for (const line of text.split("\n")) this.#lines.push(`${this.#start()}${line}`);
    this.#isBehindRaw = false;
  }

  /**
   * Writes lines that Feishu knows only at the start of a line, such as those of code. Lists and quotes around
   * them end there: what comes after begins at the left.
   */
  writeRaw(lines: readonly string[]): void {
    this.#flushMark();
    this.#isBehindRaw = true;
    this.#flushBreaks();
    this.#lines.push(...lines);
    for (const prefix of this.#prefixes) {
      if (!prefix.isIndent) continue;
      prefix.text = "";
      this.#hasFallen = true;
    }
  }

  /** Writes lines that would be others right behind the mark of an item, such as a rule: `- ---` is one itself. */
  writeBelow(text: string): void {
    this.#flushMark();
    this.write(text);
  }

  /** What comes next stands in nothing. */
  settle(): void {
    this.#hasFallen = false;
  }

  /** Starts a new line, or with 2 leaves one empty, before whatever is written next; nothing at the start. */
  break(lines: number): void {
    if (this.#lines.length === 0) return;
    const { breaks, depth } = this.#waiting;
    const here = this.#prefixes.length;
    this.#waiting = { breaks: Math.max(breaks, lines), depth: breaks === 0 ? here : Math.min(depth, here) };
  }

  /** Writes what stands in a quote. */
  quoted(mark: string, write: () => void): void {
    this.#within({ text: mark, isIndent: false }, write);
  }

  /** Writes an item: its first line stands behind the mark, the others below it. One without lines is left out. */
  item(mark: string, write: () => void): void {
    if (this.#hasFallen && !this.#isBehindRaw && /^\d/.test(mark)) this.break(2);
    const columns = Math.ceil(mark.length / LEVEL) * LEVEL;
    this.#labelled(mark, { text: " ".repeat(columns), isIndent: true }, write);
  }

  /** Writes lines of which the first stands behind a label, and behind the mark of its item. */
  labelled(label: string, write: () => void): void {
    const mark = this.#mark;
    if (mark === undefined) return this.#labelled(label, { text: "", isIndent: true }, write);
    this.#mark = { ...mark, text: mark.text + label };
    write();
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  #labelled(mark: string, prefix: Prefix, write: () => void): void {
    this.#flushMark();
    this.#mark = { text: mark, depth: this.#prefixes.length };
    this.#within(prefix, write);
    this.#mark = undefined;
  }

  #within(prefix: Prefix, write: () => void): void {
    this.#prefixes.push(prefix);
    write();
    this.#prefixes.pop();
  }

  /** A mark stands behind the prefixes that there were when its item began. */
  #start(): string {
    const mark = this.#mark;
    this.#mark = undefined;
    if (mark === undefined) return textOf(this.#prefixes);
    const inside = this.#prefixes.slice(mark.depth + 1);
    return textOf(this.#prefixes.slice(0, mark.depth)) + mark.text + textOf(inside);
  }

  #flushMark(): void {
    if (this.#mark === undefined) return;
    this.write(NO_WORDS);
    // Only a list from 1 on ends words without an empty line.
    this.break(2);
  }

  /** An empty line belongs to the quotes that stand on both sides of it. */
  #flushBreaks(): void {
    const { breaks, depth } = this.#waiting;
    this.#waiting = { breaks: 0, depth: 0 };
    if (breaks < 2) return;
    this.#lines.push(this.#isBehindRaw ? "" : textOf(this.#prefixes.slice(0, depth)).trimEnd());
  }
}

function textOf(prefixes: readonly Prefix[]): string {
  return prefixes.map(({ text }) => text).join("");
}
