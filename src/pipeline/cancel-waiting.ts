import type { SessionKey } from "../core/session-key.ts";
import type { InboxEntry, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { noticeKey } from "../delivery/keys.ts";

/**
 * Cancels what waits in a session. Each sender reads `sentence` once, also when we die in the middle, and whoever
 * watches sees each message end. Returns how many there were.
 */
export async function cancelWaiting(
  session: SessionKey,
  sentence: string,
  { turns, events }: { readonly turns: TurnLedger; readonly events: TurnEvents },
): Promise<number> {
  const cancelled = await turns.clear(session, ({ id, message }: InboxEntry) => ({
    key: noticeKey(id),
    to: message.address,
    message: { kind: "text", markdown: sentence, replyTo: message.id },
    session,
  }));
  for (const { id, message } of cancelled) {
    const error = { code: "CANCELLED", message: sentence, retryable: true, ref: id };
    events.publish(session, { kind: "end", state: "aborted", messageIds: [message.id], text: "", error });
  }
  return cancelled.length;
}
