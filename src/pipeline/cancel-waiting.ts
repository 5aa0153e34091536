import type { Addressee } from "../core/spoken-language.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { InboxEntry, TurnLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { noticeKeyOf, quotedIn } from "./notice.ts";

/**
 * Cancels what waits in a session. Each sender reads their `sentence` once, also when we die in the middle, and whoever
 * watches sees each message end. Returns how many there were.
 */
export async function cancelWaiting(
  session: SessionKey,
  sentence: (to: Addressee) => string,
  { turns, events }: { readonly turns: TurnLedger; readonly events: TurnEvents },
): Promise<number> {
  const tell = (entry: InboxEntry) => {
    const { message } = entry;
    // What the gateway itself asked has no sender.
    if (message.errand) return undefined;
    const text = { kind: "text", markdown: sentence(message), replyTo: quotedIn(message) } as const;
    return { key: noticeKeyOf(entry), to: message.address, message: text, session };
  };
  const cancelled = await turns.clear(session, tell);
  for (const { id, message } of cancelled) {
    const error = { code: "CANCELLED", message: sentence(message), retryable: true, ref: id };
    events.publish(session, { kind: "end", state: "aborted", messageIds: [message.id], text: "", error });
  }
  return cancelled.length;
}
