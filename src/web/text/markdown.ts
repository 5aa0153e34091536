import { Marked, type Token, type TokensList } from "marked";
import { cjkMarkdown } from "./cjk.ts";

/** Markdown as answers are written: GitHub's, with line breaks as typed. */
const marked = new Marked({ gfm: true, breaks: true }, cjkMarkdown);

/** One block of a text: a paragraph, a list, a table, a piece of code. */
export interface Block {
  /** As it stands in the text; equal sources are shown alike. */
  readonly source: string;
  readonly token: Token;
  /** More of it may come. */
  readonly isOpen: boolean;
}

/**
 * Splits a growing text into blocks. Blocks that can no longer change are read once and come
 * back as the same objects; only the last one is read again.
 */
export class BlockReader {
  #closed: Block[] = [];
  #prefix = "";
  #whole: { readonly text: string; readonly blocks: readonly Block[] } | undefined;

  /** The blocks of `text`. A text that is whole is read at once, with its link definitions. */
  read(text: string, isWhole: boolean): readonly Block[] {
    const plain = text.replaceAll(/\r\n?/g, "\n");
    return isWhole ? this.#readWhole(plain) : this.#readGrowing(plain);
  }

  #readWhole(text: string): readonly Block[] {
    if (this.#whole?.text === text) return this.#whole.blocks;
    const tokens = marked.lexer(text);
    const blocks = shownOf(tokens).map((token): Block => ({ source: token.raw, token, isOpen: false }));
    // Where nothing is defined elsewhere, equal source means equal looks: keep what is on the screen.
    const mayKeep = Object.keys(tokens.links).length === 0;
    const kept = mayKeep ? blocks.map((block, at) => sameBlock(this.#closed[at], block)) : blocks;
    this.#whole = { text, blocks: kept };
    return kept;
  }

  #readGrowing(text: string): readonly Block[] {
    if (!text.startsWith(this.#prefix)) {
      this.#closed = [];
      this.#prefix = "";
    }
    const tokens: TokensList = marked.lexer(text.slice(this.#prefix.length));
    const lastShown = tokens.findLastIndex((token) => token.type !== "space");
    for (const token of tokens.slice(0, Math.max(lastShown, 0))) {
      this.#prefix += token.raw;
      if (isShown(token)) this.#closed.push({ source: token.raw, token, isOpen: false });
    }
    const open = tokens[lastShown];
    return open ? [...this.#closed, ...openBlocks(open)] : [...this.#closed];
  }
}

const isShown = (token: Token) => token.type !== "space" && token.type !== "def";
const shownOf = (tokens: readonly Token[]) => tokens.filter(isShown);

function sameBlock(known: Block | undefined, block: Block): Block {
  return known?.source === block.source ? known : block;
}

function openBlocks(token: Token): readonly Block[] {
  if (token.type === "code" || token.type === "table" || token.type === "html" || !isShown(token)) {
    return [{ source: token.raw, token, isOpen: true }];
  }
  const source = mendTail(token.raw);
  const tokens = source === token.raw ? [token] : shownOf(marked.lexer(source));
  return tokens.map((part) => ({ source: part.raw, token: part, isOpen: true }));
}

/**
 * Ends what is half written at the end of a text, so that it looks as it will look: open bold,
 * open code, half a link, and the dashes of a list that would make a heading of the line above.
 */
export function mendTail(source: string): string {
  const begin = source.trimEnd().lastIndexOf("\n") + 1;
  const head = source.slice(0, begin);
  const line = source.slice(begin);
  if (head !== "" && /^\s*(?:-+|=+|[*+]|\d+[.)]?)\s*$/.test(line)) return head.trimEnd();
  return head + closeMarks(line.replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1"));
}

function closeMarks(line: string): string {
  const ticks = line.split("`").length - 1;
  if (ticks % 2 === 1) return line.endsWith("`") ? line.slice(0, -1) : `${line}\``;
  const outside = line.replaceAll(/`[^`]*`/g, "");
  const stars = outside.split("**").length - 1;
  if (stars % 2 === 0) return line;
  const trimmed = line.trimEnd();
  return trimmed.endsWith("**") ? trimmed.slice(0, -2) : `${trimmed.replace(/\*$/, "")}**`;
}
