import type { Root, RootContent } from "mdast";
import { holdsDefinition } from "./definitions.ts";
import { parseMarkdown } from "./parse.ts";
import { isTangled } from "./tangled.ts";

/** What is known of the beginning of a text. */
interface Beginning {
  /** Blocks that nothing behind them can change any more. */
  readonly blocks: readonly RootContent[];
  /** The text of these blocks. */
  readonly text: string;
  /** The line behind them, which begins another block: with any other, the last of them might go on. */
  readonly nextLine: string;
}

/** Blocks at the end that are looked at again: the last is still being written. */
const OPEN_BLOCKS = 2;
/** Shorter texts are parsed as fast as they are looked up. */
const WORTH_KEEPING = 1000;

/**
 * Parses texts of which many are longer and longer beginnings of one: what has been read of it is not read again.
 * `most` beginnings are remembered. A tree is the one that `parseMarkdown` makes, but for places in the text: only the
 * lines of blocks that stand in nothing are counted from the beginning. Trees share their blocks, so nobody may change
 * them.
 */
export class GrowingMarkdown {
  readonly #most: number;
  /** The one that was used longest ago first. */
  readonly #beginnings: Beginning[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  parse(markdown: string): Root {
    // Where lines end in other ways, places in the text are not what they seem; a tangled text has no blocks.
    const isPlain = !markdown.includes("\r") && !isTangled(markdown);
    if (!isPlain || markdown.length < WORTH_KEEPING) return parseMarkdown(markdown);
    const known = this.#beginningOf(markdown) ?? NOTHING;
    const rest = markdown.slice(known.text.length);
    const { children: read } = isTangled(rest) ? WITHOUT_BLOCKS : parseMarkdown(rest);
    // A definition is for the whole text, and may make a link of what has been read as words.
    if (read.length === 0 || read.some(holdsDefinition)) return parseMarkdown(markdown);
    const children = [...known.blocks, ...movedDown(read, linesIn(known.text))];
    this.#remember(known);
    this.#remember(beginningIn(children, read, markdown, known) ?? known);
    return { type: "root", children };
  }

  #beginningOf(markdown: string): Beginning | undefined {
    return this.#beginnings
      .filter(({ text, nextLine }) => markdown.startsWith(nextLine, text.length) && markdown.startsWith(text))
      .toSorted((left, right) => right.text.length - left.text.length)[0];
  }

  /** Another end may come behind the same beginning: what was known of it is kept beside what is known now. */
  #remember(beginning: Beginning): void {
    const at = this.#beginnings.indexOf(beginning);
    if (at !== -1) this.#beginnings.splice(at, 1);
    if (beginning !== NOTHING) this.#beginnings.push(beginning);
    if (this.#beginnings.length > this.#most) this.#beginnings.shift();
  }
}

const NOTHING: Beginning = { blocks: [], text: "", nextLine: "" };
const WITHOUT_BLOCKS: Root = { type: "root", children: [] };

/**
 * A heading or words: only these are read in the same way whatever stands before the empty line above them. So `6.` is
 * a list, but words behind indented code.
 */
const HANGS_ON_NOTHING = /^(?:#|\*\*\p{L}|\p{L}|\p{So})/u;

/** The blocks that are over, as those are behind which another one has begun; undefined if no more are than before. */
function beginningIn(
  all: readonly RootContent[],
  read: readonly RootContent[],
  markdown: string,
  known: Beginning,
): Beginning | undefined {
  for (let count = read.length - OPEN_BLOCKS; count > 0; count -= 1) {
    const at = known.text.length + (read[count]?.position?.start.offset ?? 0);
    const end = markdown.indexOf("\n", at);
    // What kind of block it is, shows when its first line is complete.
    if (end === -1 || !markdown.startsWith("\n\n", at - 2)) continue;
    const nextLine = markdown.slice(at, end + 1);
    if (!HANGS_ON_NOTHING.test(nextLine)) continue;
    const blocks = all.slice(0, all.length - read.length + count);
    return { blocks, text: markdown.slice(0, at), nextLine };
  }
  return undefined;
}

function linesIn(text: string): number {
  return text.split("\n").length - 1;
}

function movedDown(blocks: readonly RootContent[], lines: number): RootContent[] {
  if (lines === 0) return [...blocks];
  return blocks.map((block) => {
    const { position } = block;
    if (position === undefined) return block;
    const [start, end] = [position.start, position.end].map((point) => ({
      ...point,
      line: point.line + lines,
    }));
    return start && end ? { ...block, position: { start, end } } : block;
  });
}
