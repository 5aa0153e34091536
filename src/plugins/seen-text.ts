/** What platforms may take away or put in without changing what people read. */
const INVISIBLE = /[\s\p{C}\p{Z}]+/gu;

/** True where people read the same, spaces and what cannot be seen apart. */
export function readsLike(one: string, other: string): boolean {
  return one.replaceAll(INVISIBLE, "") === other.replaceAll(INVISIBLE, "");
}

/** False for a text of which nothing would be seen. */
export function isVisible(text: string): boolean {
  return text.replaceAll(INVISIBLE, "") !== "";
}
