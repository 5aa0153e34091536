/** Reads back what this store wrote with `JSON.stringify`; the caller names the type it had then. */
export function decode<T>(json: string): T {
  const value: T = JSON.parse(json);
  return value;
}
