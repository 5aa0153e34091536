const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A name that nobody else has: letters and digits only, 20 of them hold about 100 random bits. */
export function randomId(length = 20): string {
  // Not `randomUUID`, which browsers keep from pages that came over plain http.
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
}
