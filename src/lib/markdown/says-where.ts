/** A place in a page of which there is only this text, or a whole file in letters. */
const SAYS_NOTHING = /^(?:#|data:)/i;

/** False for an address that tells nobody anything who reads it. */
export function saysWhere(url: string): boolean {
  return url !== "" && !SAYS_NOTHING.test(url);
}
