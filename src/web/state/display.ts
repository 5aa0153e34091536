import type { Conversation, Row, Turn } from "./conversation.ts";
import type { OutboxEntry } from "./outbox.ts";

/** One thing in the transcript, under a key that stays while it changes. */
export type Shown =
  | { readonly kind: "row"; readonly key: string; readonly row: Row; readonly isAnswered: boolean }
  | { readonly kind: "turn"; readonly key: string; readonly turnId: string }
  | { readonly kind: "outgoing"; readonly key: string; readonly entry: OutboxEntry };

/**
 * The transcript from top to bottom: what was said, the answer that is being written, what
 * waits for it, what is not with the gateway yet.
 */
export function shownOf(
  rows: readonly Row[],
  turn: Pick<Turn, "turnId" | "messageIds"> | undefined,
  outgoing: readonly OutboxEntry[],
): readonly Shown[] {
  const seen = new Set<string>();
  const keyed = rows.map((row, at) => rowShown(row, isAnsweredAt(rows, at), seen));
  const unsent = outgoing
    .filter((entry) => !seen.has(entry.key))
    .map((entry): Shown => ({ kind: "outgoing", key: entry.key, entry }));
  if (!turn) return [...keyed, ...unsent];
  const waits = (shown: Shown) => shown.kind === "row" && shown.row.state === "waiting";
  const running: Shown = { kind: "turn", key: `turn ${turn.turnId}`, turnId: turn.turnId };
  const said = keyed.filter((shown) => !waits(shown));
  return [...said, running, ...keyed.filter(waits), ...unsent];
}

/** Whether somebody spoke after this message: what became of it need not be said twice then. */
function isAnsweredAt(rows: readonly Row[], at: number): boolean {
  return (
    rows[at]?.state === "cancelled" &&
    rows.slice(at + 1).find((row) => row.role === "assistant")?.state === "cancelled"
  );
}

function rowShown(row: Row, isAnswered: boolean, seen: Set<string>): Shown {
  const wanted = row.turnId === undefined ? (row.sendKey ?? row.id) : `turn ${row.turnId}`;
  const key = seen.has(wanted) ? `${wanted} ${row.id}` : wanted;
  seen.add(key);
  return { kind: "row", key, row, isAnswered };
}

/** Whether anything in this conversation is being worked on. */
export function isWorking({ turn, rows }: Conversation): boolean {
  return turn !== undefined || rows.some((row) => row.state === "running" || row.state === "waiting");
}
