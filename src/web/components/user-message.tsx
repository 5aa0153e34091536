import type { AttachmentName, MessageState, WireError } from "../wire/frames.ts";
import type { OutboxEntry } from "../state/outbox.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";
import { Reactions } from "./reactions.tsx";

interface BubbleProps {
  text: string;
  attachments?: readonly AttachmentName[] | undefined;
  reactions?: readonly string[] | undefined;
  note?: string | undefined;
  tone?: "quiet" | "bad";
  children?: preact.ComponentChildren;
}

function Bubble({ text, attachments = [], reactions, note, tone = "quiet", children }: BubbleProps) {
  return (
    <article class="entry entry-user">
      <h2 class="unseen">{strings.you}</h2>
      <div class={`bubble ${tone === "bad" ? "bubble-bad" : ""}`} dir="auto">
        {text}
        {attachments.length > 0 && (
          <ul class="bubble-files">
            {attachments.map((file, at) => (
              <li key={at}>
                <Icon name="file" />
                <span>{file.name || file.mimeType}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {reactions && <Reactions emojis={reactions} />}
      {note !== undefined && (
        <p class={`bubble-note ${tone === "bad" ? "bad" : ""}`}>
          {note}
          {children}
        </p>
      )}
    </article>
  );
}

interface SentProps {
  text: string;
  state: MessageState | undefined;
  place: number | undefined;
  attachments: readonly AttachmentName[] | undefined;
  reactions: readonly string[] | undefined;
}

/** A message that the gateway has. */
export const SentMessage = memo(({ text, state, place, attachments, reactions }: SentProps) => (
  <Bubble text={text} attachments={attachments} reactions={reactions} note={noteOf(state, place)} />
));

function noteOf(state: MessageState | undefined, place: number | undefined): string | undefined {
  if (state === "cancelled") return strings.stateCancelled;
  if (state !== "waiting") return undefined;
  if (place === undefined) return strings.stateWaiting;
  return place <= 1 ? strings.stateNext : strings.statePlace(place);
}

/** A message that the gateway has not acknowledged. */
export const OutgoingMessage = memo(({ entry, isOpen }: { entry: OutboxEntry; isOpen: boolean }) => {
  const { outbox } = useChat();
  const isFailed = entry.state === "failed";
  return (
    <Bubble
      text={entry.text}
      attachments={entry.attachments}
      note={outgoingNote(entry, isOpen)}
      tone={isFailed ? "bad" : "quiet"}
    >
      {isFailed && (
        <>
          <button type="button" class="link" onClick={() => outbox.retry(entry.key)}>
            {strings.retry}
          </button>
          <button type="button" class="link" onClick={() => outbox.remove(entry.key)}>
            {strings.discard}
          </button>
        </>
      )}
    </Bubble>
  );
});

function outgoingNote({ state, error }: OutboxEntry, isOpen: boolean): string {
  if (state === "failed") return `${strings.stateFailed} ${error ? reasonOf(error) : ""}`.trimEnd();
  if (!isOpen) return strings.stateOffline;
  return error ? strings.stateBusy : strings.stateSending;
}

function reasonOf(error: WireError): string {
  if (error.code === "FILES_LOST") return strings.stateFilesLost;
  const ref = error.ref ? ` (${strings.reference(error.ref)})` : "";
  return `${error.message || strings.somethingWrong}${ref}`;
}
