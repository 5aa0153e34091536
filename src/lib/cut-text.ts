/** At most `most` UTF-16 units of a text, and no half of a character; what is cut off is an ellipsis instead. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < 1) return "";
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
