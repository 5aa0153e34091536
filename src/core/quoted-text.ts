/**
 * Text that came from outside, as it stands in a prompt: set apart line by line, so that nothing in it can look as if
 * somebody else had said it. `head` says whose it is and what it counts for.
 */
export function quotedText(head: string, text: string): string {
  return `[${head}]\n${text.trimEnd().replace(/^/gm, "> ")}`;
}
