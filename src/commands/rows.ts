import type { Button } from "../core/message.ts";

/** Buttons side by side, so many in a row. */
export function rowsOf(buttons: readonly Button[], perRow: number): readonly (readonly Button[])[] {
  const count = Math.ceil(buttons.length / perRow);
  return Array.from({ length: count }, (_, row) => buttons.slice(row * perRow, (row + 1) * perRow));
}
