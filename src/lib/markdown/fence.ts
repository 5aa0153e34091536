/** The opening of a code block that later lines belong to. */
export interface Fence {
  /** The quote marks that its lines begin with. */
  readonly quote: string;
  /** How far it is indented behind them. */
  readonly indent: number;
  /** It stands behind the mark of an item, on the same line. */
  readonly isInItem: boolean;
  readonly mark: string;
  /** What stands behind the mark: the language. */
  readonly info: string;
}

const QUOTE = /^(?:[ \t]{0,3}>[ \t]?)*/;
const OPENING = /^((?:[ \t]*(?:[-+*]|\d{1,9}[.)])(?=[ \t]))*[ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

/** The code block that is open behind a line, if `open` was before it. */
export function fenceAfter(open: Fence | undefined, line: string): Fence | undefined {
  const quote = quoteOf(line);
  if (open === undefined || isOutside(open, quote, line)) return openingOf(quote, line.slice(quote.length));
  // In code outside of quotes the sign of a quote is code.
  const code = (open.quote === "" ? line : line.slice(quote.length)).trim();
  return code.startsWith(open.mark) && /^(`+|~+)$/.test(code) ? undefined : open;
}

/** Whether a line is no longer part of the quote or of the item that the code block began in. */
function isOutside(open: Fence, quote: string, line: string): boolean {
  if (open.quote !== "") return quote === "";
  return open.isInItem && line.trim() !== "" && line.length - line.trimStart().length < open.indent;
}

/** The quote marks at the start of a line. */
export function quoteOf(line: string): string {
  return QUOTE.exec(line)?.[0] ?? "";
}

function openingOf(quote: string, rest: string): Fence | undefined {
  const [, lead, mark, info = ""] = OPENING.exec(rest) ?? [];
  if (lead === undefined || mark === undefined) return undefined;
  return { quote, indent: lead.length, isInItem: lead.trim() !== "", mark, info: info.trim() };
}

/** A row of backticks that a code block can be put between: longer than any inside it. */
export function fenceFor(code: string): string {
  const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(3, longest + 1));
}
