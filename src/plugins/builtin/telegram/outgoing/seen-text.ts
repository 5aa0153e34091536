/** What Telegram may take away or put in without changing what people read. */
const INVISIBLE = /[\s\p{C}\p{Z}]+/gu;

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** The text that is left of Telegram's HTML once its tags are parsed. */
export function textOfHtml(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(
      /&(?:(lt|gt|amp|quot)|#(\d+)|#x([\da-f]+));/gi,
      (whole, name?: string, dec?: string, hex?: string) =>
        name === undefined ? characterOf(whole, dec, hex) : (NAMED[name.toLowerCase()] ?? whole),
    );
}

/** True where people read the same, spaces and what cannot be seen apart. */
export function readsLike(one: string, other: string): boolean {
  return one.replaceAll(INVISIBLE, "") === other.replaceAll(INVISIBLE, "");
}

/** False for a text of which nothing would be seen. */
export function isVisible(text: string): boolean {
  return text.replaceAll(INVISIBLE, "") !== "";
}

function characterOf(whole: string, dec: string | undefined, hex: string | undefined): string {
  const code = dec === undefined ? Number.parseInt(hex ?? "", 16) : Number(dec);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
