import type { Nodes } from "mdast";

/** How many lines below a block the next one begins: 1, or 2 where the source has a blank line between them. */
export function gapBetween(before: Nodes, after: Nodes): 1 | 2 {
  const end = before.position?.end.line ?? 0;
  const start = after.position?.start.line ?? 2;
  return start - end > 1 ? 2 : 1;
}
