/** Parts what Discord would take for one mark, without being seen. */
export const GAP = "\u200B";

const ADDRESS = /https?:\/\/[^\s<>"`\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]+/gi;
const SENTENCE_END = /[.,:;!?'"\]*_~|]+$/;
/** What means something to Discord wherever it stands: marks, mentions, emoji, times, links. */
const ANYWHERE =
  /[\\*_`]|~(?=~|$)|(?<=^|~)~|\|(?=\||$)|(?<=^|\|)\||<(?=[@#:/!a-z]|$)|@(?=everyone|here)|:(?=[\w+-]{1,64}:)|\[(?=[^\]]*$|[^]*\]\()/gi;
/** What begins a block at the start of a line: headings, small print, quotes, items. */
const AT_START = /^([ \t]*)(?:([#>]|[-+](?=[ #]|$))|(\d{1,9})(\.(?=\s|$)))/;

/** A piece of text that means what it says, and an address in it, if there is one behind it. */
interface Piece {
  readonly text: string;
  readonly url: string | undefined;
}

/** Text as Discord shows it and nothing else: no mark, no mention, no emoji, no link. */
export function escapeText(text: string, isLineStart: boolean): string {
  return text
    .split("\n")
    .map((line, index) => {
      const inner = line.replaceAll(ANYWHERE, "\\$&");
      return index > 0 || isLineStart ? inner.replace(AT_START, startEscaped) : inner;
    })
    .join("\n");
}

/** Text cut at the addresses that Discord would make links of, which must not be escaped. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const url = addressIn(found);
    pieces.push({ text: text.slice(from, index), url });
    from = index + url.length;
  }
  return [...pieces, { text: text.slice(from), url: undefined }];
}

/** Without what belongs to the sentence that an address stands in. */
function addressIn(found: string): string {
  const url = found.replace(SENTENCE_END, "");
  const isInBrackets = url.endsWith(")") && url.split(")").length > url.split("(").length;
  return isInBrackets ? addressIn(url.slice(0, -1)) : url;
}

/** An address as it stands in Discord's Markdown; undefined for one that Discord makes no link of. */
export function linkable(url: string): string | undefined {
  if (!/^https?:\/\/[^\s/?#]+/i.test(url) || !URL.canParse(url)) return undefined;
  return url.replaceAll(/[\s<>|*\\`]|~(?=~)/g, percentOf);
}

/** Code without the three backticks that would end it. */
export function unfenced(code: string): string {
  return code.replaceAll(/`{3,}/g, (run) => run.split("").join(GAP));
}

function startEscaped(_: string, space: string, mark?: string, number?: string, dot?: string): string {
  return mark === undefined ? `${space}${number}\\${dot}` : `${space}\\${mark}`;
}

function percentOf(character: string): string {
  return /[*~]/.test(character)
    ? `%${character.charCodeAt(0).toString(16).toUpperCase()}`
    : encodeURIComponent(character);
}
