/** A footnote whose definition stands in another message looks like one whose definition stands here. */
export function withoutCarets(text: string): string {
  return text.replaceAll(/\[\^(\d{1,3})\]/g, "[$1]");
}
