import type { SessionKey } from "../core/session-key.ts";
import type { InboxEntry, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { noticeKeyOf, quotedIn } from "./notice.ts";

/**
 * Cancels what waits in a session. Each sender reads `sentence` once, also when we die in the middle, and whoever
 * watches sees each message end. Returns how many there were.
 */
export async function cancelWaiting(
  session: SessionKey,
  sentence: string,
  { turns, events }: { readonly turns: TurnLedger; readonly events: TurnEvents },
): Promise<number> {
  const cancelled = await turns.clear(session, (entry: InboxEntry) => ({
    key: noticeKeyOf(entry),
    to: entry.message.address,
    message: { kind: "text", markdown: sentence, replyTo: quotedIn(entry.message) },
    session,
  }));
  for (const { id, message } of cancelled) {
    const error = { code: "CANCELLED", message: sentence, retryable: true, ref: id };
    events.publish(session, { kind: "end", state: "aborted", messageIds: [message.id], text: "", error });
  }
  return cancelled.length;
}
