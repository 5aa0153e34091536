const FENCE = /^ {0,3}(```+|~~~+)(.*)$/;

/** The mark of a fence of code that is open behind `line`, given the one that was open before it. */
export function fenceBehind(open: string | undefined, line: string): string | undefined {
  const [, mark = "", info = ""] = FENCE.exec(line) ?? [];
  if (mark === "") return open;
  if (open === undefined) return mark.startsWith("`") && info.includes("`") ? undefined : mark;
  return mark.startsWith(open) && info.trim() === "" ? undefined : open;
}

/** `markdown`, with its last fence of code closed if it is still open: what is put behind it is no code then. */
export function withFenceClosed(markdown: string): string {
  let open: string | undefined;
  for (const line of markdown.split("\n")) open = fenceBehind(open, line);
  return open === undefined ? markdown : `${markdown}\n${open}`;
}
