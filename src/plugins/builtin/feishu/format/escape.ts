/** Signs that may mean something wherever they stand. */
const ALWAYS = /[<*`~[\\]/g;
/** What would be read as a sign of its own, such as `&lt;`. */
const REFERENCE = /&(?=#\d|#x|[a-z]\w*;)/gi;
/** Feishu draws `:OK:` as a picture. */
const PICTURE = /:(?=[A-Za-z_]\w*:)/g;
/** An underscore inside a word means nothing. */
const UNDERSCORE = /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** What makes a line more than text: a heading, an item, a quote, a rule, the row of a table. */
const START = /^(?:[#+\-=>|]|:(?=-))/;
const NUMBER = /^(\d{1,9})([.)])(?=\s|$)/;
/** Where an address begins that readers of Markdown make a link of by themselves. */
const ADDRESS = /(?<=\bhttps?):(?=\/\/)|(?<=\bwww)\./gi;
const MENTION = /<(?=\s*\/?\s*at\b)/gi;
/** Nobody sees it, and `<at` with it is no mention. */
const NOTHING = "\u200B";

/** Text as Feishu's Markdown shows it: signs that mean something become numbers. It can mention nobody. */
export function escapeText(text: string): string {
  return text
    .replaceAll(REFERENCE, "&#38;")
    .replaceAll(ALWAYS, numbered)
    .replaceAll(PICTURE, "&#58;")
    .replaceAll(UNDERSCORE, "&#95;");
}

/** The same for text that has been escaped already: no link begins in it, in which numbers would be seen as they are. */
export function escapeAddresses(text: string): string {
  return text.replaceAll(ADDRESS, numbered);
}

/** The same for text that has been escaped already and stands at the start of a line. */
export function escapeLineStart(text: string): string {
  return text
    .replace(START, numbered)
    .replace(NUMBER, (_, digits: string, mark: string) => digits + numbered(mark));
}

/** What is shown as it is, where a sign cannot become a number: what looks like a mention in it is none. */
export function inert(text: string): string {
  return text.replaceAll(MENTION, `<${NOTHING}`);
}

function numbered(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}
