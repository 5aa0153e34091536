import { useComputed } from "@preact/signals";
import type { Row } from "../state/conversation.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { MarkdownView } from "./markdown-view.tsx";
import { memo } from "./memo.ts";
import { Reactions } from "./reactions.tsx";
import { SentFiles } from "./sent-files.tsx";
import { Steps } from "./steps.tsx";

interface AnswerProps {
  /** Absent for what belongs to no turn. */
  turnId: string | undefined;
  /** Absent while it is being written. */
  row: Row | undefined;
  /** What was asked, for sending it once more. */
  question: string | undefined;
}

/**
 * An answer: while it is being written, when it has ended, however it ended; or a notice. One component
 * for all of them, so that nothing on the screen is made anew when the last word is there.
 */
export const Answer = memo(({ turnId, row, question }: AnswerProps) => {
  const chat = useChat();
  const steps = useComputed(() =>
    turnId === undefined ? undefined : chat.conversation.value.steps.get(turnId),
  );
  // Read in here only while it grows: then this, and nothing else, is drawn with each piece of text.
  const text = row ? row.text : (chat.conversation.value.turn?.text ?? "");
  const isFailed = row?.state === "failed";
  // The history keeps of a failed turn what the person was told.
  const told = isFailed && !row?.error ? text : undefined;
  return (
    <article class={`entry entry-answer ${isFailed ? "entry-failed" : ""}`}>
      <h2 class="unseen">{strings.answer}</h2>
      {steps.value && <Steps steps={steps.value} isRunning={!row} />}
      {row && <Files row={row} />}
      {told !== undefined && <Failure message={told} />}
      {text && told === undefined && <MarkdownView text={text} isWhole={row !== undefined} />}
      {row && <Ending row={row} question={question} />}
    </article>
  );
});

function Files({ row: { id, media, text } }: { row: Row }) {
  return media ? <SentFiles message={id} files={media} caption={text} /> : null;
}

/** What is said under an answer when it has ended. */
function Ending({ row, question }: { row: Row; question: string | undefined }) {
  const { text, error, state, atMs, reactions } = row;
  return (
    <>
      {reactions && <Reactions emojis={reactions} />}
      {error && (
        <Failure
          message={error.message}
          reference={error.ref}
          question={error.retryable ? question : undefined}
        />
      )}
      {state === "cancelled" && <p class="answer-mark">{strings.stopped}</p>}
      {text && state !== "failed" && (
        <div class="answer-actions">
          <CopyButton text={text} label={strings.copyAnswer} />
          {atMs > 0 && <time dateTime={new Date(atMs).toISOString()}>{timeText(atMs)}</time>}
        </div>
      )}
    </>
  );
}

interface FailureProps {
  message: string;
  reference?: string | undefined;
  question?: string | undefined;
}

function Failure({ message, reference, question }: FailureProps) {
  const chat = useChat();
  return (
    <div class="failure">
      <p dir="auto">
        {message || strings.somethingWrong}
        {reference && !message.includes(reference) && (
          <span class="failure-ref"> {strings.reference(reference)}</span>
        )}
      </p>
      {question && (
        <button type="button" class="link" onClick={() => void chat.send(question, [])}>
          {strings.askAgain}
        </button>
      )}
    </div>
  );
}

const TODAY = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const EARLIER = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function timeText(atMs: number): string {
  const at = new Date(atMs);
  return (at.toDateString() === new Date().toDateString() ? TODAY : EARLIER).format(at);
}
