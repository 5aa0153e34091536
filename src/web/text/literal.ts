/** Markdown that shows `text` as it is. */
export function literal(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>~|#]/g, String.raw`\$&`)
    .replaceAll(/^(\s*)([-+])(?=\s)/gm, String.raw`$1\$2`)
    .replaceAll(/^(\s*\d+)(?=[.)])/gm, "$1\\")
    .replaceAll("\n", "  \n");
}
