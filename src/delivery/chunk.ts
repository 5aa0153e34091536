/** What people take for one character, however many code points it has. */
const GRAPHEMES = new Intl.Segmenter();
const FENCE = /^\s*(```+|~~~+)/;

/** How a platform counts a text, and how long one message may be; a channel's `capabilities.text` is one. */
export interface TextMeasure {
  readonly limit: number;
  /** Length of the rendered text. Default: UTF-16 units of the Markdown. */
  length?(markdown: string): number;
}

type Fits = (part: string) => boolean;

interface Cut {
  readonly part: string;
  readonly next: string;
}

/**
 * Cuts a text that grows, and remembers the parts that are complete: what a longer text begins with is
 * not looked at again.
 */
export class GrowingChunks {
  readonly #measure: TextMeasure;

  constructor(measure: TextMeasure) {
    this.#measure = measure;
  }

  /** The parts of the text so far; all but the last stay as they are while it grows. */
  of(markdown: string): readonly string[] {
    return chunkMarkdown(markdown, this.#measure);
  }
}

/**
 * Cuts Markdown into parts that fit one message each: at a blank line if one is near, else at a
 * line end, else inside the line. A code fence that is cut is closed and opened again.
 *
 * The cut of a part depends only on the text up to it, so while a text grows its earlier parts
 * stay as they are. Live previews rely on that.
 */
export function chunkMarkdown(markdown: string, measure: TextMeasure): string[] {
  const fits: Fits = (part) => (measure.length?.(part) ?? part.length) <= measure.limit;
  const parts: string[] = [];
  let rest = markdown.trim();
  while (rest !== "" && !fits(rest)) {
    const { part, next } = takePart(rest, fits);
    parts.push(part);
    rest = next;
  }
  return rest === "" ? parts : [...parts, rest];
}

function takePart(text: string, fits: Fits): Cut {
  const lines = text.split("\n");
  const whole = wholeLines(lines, fits);
  if (whole.end === 0) return cutLine("", lines, fits);
  // Only the opening of a fence fits: its first line has to be cut, or the cut would never move on.
  if (whole.end === 1 && whole.fence !== undefined) return cutLine(whole.fence, lines.slice(1), fits);
  const part = close(lines.slice(0, whole.end).join("\n"), whole.fence).trimEnd();
  const next = lines.slice(whole.end).join("\n");
  return { part, next: whole.fence === undefined ? next.trimStart() : `${whole.fence}\n${next}` };
}

/** How many lines one message takes, and the fence that is open at their end. */
function wholeLines(lines: readonly string[], fits: Fits): { end: number; fence: string | undefined } {
  let fence: string | undefined;
  let end = 0;
  let paragraphEnd = 0;
  let text = "";
  for (const line of lines) {
    const after = fenceAfter(fence, line);
    text = end === 0 ? line : `${text}\n${line}`;
    if (!fits(close(text, after))) break;
    fence = after;
    end += 1;
    if (line.trim() === "" && fence === undefined) paragraphEnd = end;
  }
  return paragraphEnd > end / 2 ? { end: paragraphEnd, fence: undefined } : { end, fence };
}

/** One line alone is too long: cut at its last space that fits, else anywhere between characters. */
function cutLine(fence: string, [line = "", ...others]: readonly string[], fits: Fits): Cut {
  const wrap = (piece: string) => (fence === "" ? piece : close(`${fence}\n${piece}`, fence));
  const characters = Array.from(GRAPHEMES.segment(line), ({ segment }) => segment);
  let low = 1;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(wrap(characters.slice(0, middle).join("")))) low = middle;
    else high = middle - 1;
  }
  const space = characters.lastIndexOf(" ", low - 1);
  const at = space > low / 2 ? space : low;
  const rest = [characters.slice(at).join("").trimStart(), ...others].join("\n");
  return {
    part: wrap(characters.slice(0, at).join("")),
    next: fence === "" ? rest : `${fence}\n${rest}`,
  };
}

function fenceAfter(fence: string | undefined, line: string): string | undefined {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === undefined) return line.trim();
  return closes(mark, fence, line) ? undefined : fence;
}

/** A fence is closed by the same mark, at least as long, with nothing behind it. */
function closes(mark: string, fence: string, line: string): boolean {
  const opened = FENCE.exec(fence)?.[1] ?? "";
  return mark.startsWith(opened) && line.trim() === mark;
}

function close(part: string, fence: string | undefined): string {
  return fence === undefined ? part : `${part}\n${FENCE.exec(fence)?.[1]}`;
}
