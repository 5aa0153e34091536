/** Whether `text` is what `pattern` says; `*` at its end stands for any ending. */
export function fitsPattern(text: string, pattern: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
