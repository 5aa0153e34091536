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

function characterOf(whole: string, dec: string | undefined, hex: string | undefined): string {
  const code = dec === undefined ? Number.parseInt(hex ?? "", 16) : Number(dec);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
