/** Letters and digits that nobody mistakes for one another when reading them aloud. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** A short name for one failure, such as `3F9K`: the person in the chat reads it, the log line has it too. */
export function newRef(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
