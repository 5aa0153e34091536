import { mergeKey, type MessageQueue, type QueueRules } from "../core/message-queue.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Admission, Delivery, InboxEntry, QueueRoom } from "../core/store.ts";
import type { TurnEvent } from "../core/turn-events.ts";
import { noticeKeyOf, quotedIn } from "./notice.ts";
import type { Sentences } from "./sentences.ts";

type Queued = Admission & { readonly fate: "queued" };

/** True where a full session takes nothing new: elsewhere what waited longest makes room. */
export async function isRefused(
  session: SessionKey,
  { drop, cap }: QueueRules,
  queue: Pick<MessageQueue, "isFull">,
): Promise<boolean> {
  return drop === "new" && (await queue.isFull(session, cap));
}

/** How a message waits: with whom it may become one turn, for how long, and who makes room for it. */
export function queuedAs(
  { id, message }: InboxEntry,
  where: { readonly session: SessionKey; readonly priority: number; readonly rules: QueueRules },
  sentences: Sentences,
): Queued {
  const { session, priority, rules } = where;
  const room = roomFor(session, rules, sentences);
  return {
    fate: "queued",
    session,
    priority,
    message,
    mergeKey: mergeKey(id, message, rules),
    ...(rules.mode === "collect" ? { quietMs: rules.debounceMs } : {}),
    ...(room ? { room } : {}),
  };
}

function roomFor(
  session: SessionKey,
  { mode, cap, drop }: QueueRules,
  sentences: Sentences,
): QueueRoom | undefined {
  const tell = (markdown: string) => (entry: InboxEntry) => noticeOf(entry, session, markdown);
  // Only the newest counts: what waits for the same chat is superseded by it.
  if (mode === "interrupt") {
    return { keep: 1, among: "key", drop: "old", tell: tell(sentences.queue.superseded) };
  }
  if (drop === "new") return undefined;
  return { keep: cap, among: "session", drop, tell: tell(sentences.queue.dropped) };
}

/** Keyed by the message, so that its sender is told once. */
function noticeOf(entry: InboxEntry, session: SessionKey, markdown: string): Delivery {
  const { message } = entry;
  const text = { kind: "text", markdown, replyTo: quotedIn(message) } as const;
  return { key: noticeKeyOf(entry), to: message.address, message: text, session };
}

/** What those who watch are told of a message that had to go for the one that was queued as `fate`. */
export function dropEvent(
  { id, message }: InboxEntry,
  { room }: Queued,
  { queue }: Pick<Sentences, "queue">,
): TurnEvent {
  const isSuperseded = room?.among === "key";
  const code = isSuperseded ? "SUPERSEDED" : "DROPPED";
  const said = isSuperseded ? queue.superseded : queue.dropped;
  const error = { code, message: said, retryable: true, ref: id };
  return { kind: "end", state: "aborted", messageIds: [message.id], text: "", error };
}
