import type { ComponentChildren } from "preact";
import type { Row, Step } from "../state/conversation.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { MarkdownView } from "./markdown-view.tsx";
import { memo } from "./memo.ts";
import { Steps } from "./steps.tsx";

interface AnswerProps {
  row: Row;
  steps: readonly Step[] | undefined;
  /** What was asked, for sending it once more. */
  question: string | undefined;
}

/** An answer that has ended, however it ended, or a notice. */
export const Answer = memo(({ row, steps, question }: AnswerProps) => {
  const isFailed = row.state === "failed";
  // The history keeps of a failed turn what the person was told.
  const told = isFailed && !row.error ? row.text : undefined;
  return (
    <AnswerFrame isFailed={isFailed}>
      {steps && <Steps steps={steps} isRunning={false} />}
      {row.text && told === undefined && <MarkdownView text={row.text} isWhole />}
      {told !== undefined && <Failure message={told} />}
      {row.error && (
        <Failure
          message={row.error.message}
          reference={row.error.ref}
          question={row.error.retryable ? question : undefined}
        />
      )}
      {row.state === "cancelled" && <p class="answer-mark">{strings.stopped}</p>}
      {row.text && !isFailed && (
        <div class="answer-actions">
          <CopyButton text={row.text} label={strings.copyAnswer} />
          {row.atMs > 0 && <time dateTime={new Date(row.atMs).toISOString()}>{timeText(row.atMs)}</time>}
        </div>
      )}
    </AnswerFrame>
  );
});

export function AnswerFrame({ children, isFailed }: { children: ComponentChildren; isFailed?: boolean }) {
  return (
    <article class={`entry entry-answer ${isFailed ? "entry-failed" : ""}`}>
      <h2 class="unseen">{strings.answer}</h2>
      {children}
    </article>
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
