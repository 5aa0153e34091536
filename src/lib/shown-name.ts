const LONGEST = 64;

/** Control characters, and invisible ones that turn the direction of a text around or pretend to be nothing. */
const INVISIBLE =
  /[\p{Cc}\p{Cs}\p{Co}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/gu;

/**
 * A name that somebody chose, safe to print on a terminal: one line, at most 64 characters, nothing that is not
 * seen. `id` stands in for a name of which nothing is left.
 */
export function shownName(name: string, id: string): string {
  const flat = (text: string) => text.replaceAll(INVISIBLE, " ").replaceAll(/\s+/gu, " ").trim();
  const whole = flat(name) || flat(id);
  // A name of a kilobyte of combining marks is one character to people.
  const start = whole.slice(0, LONGEST * 4);
  const characters = Array.from(new Intl.Segmenter().segment(start), ({ segment }) => segment);
  const fits = characters.length <= LONGEST && start.length === whole.length;
  return fits ? whole : `${characters.slice(0, LONGEST - 1).join("")}…`;
}

/** The same in Markdown, where nothing in it formats anything or becomes a link: as code. */
export function nameInMarkdown(name: string, id: string): string {
  return `\`${shownName(name, id).replaceAll("`", "'")}\``;
}
