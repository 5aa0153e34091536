import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { GivenAnswer, QuestionEvent, WireError } from "../wire/frames.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { MarkdownView } from "./markdown-view.tsx";
import { memo } from "./memo.ts";

/** What the person is being asked in this conversation. */
export function Questions() {
  const chat = useChat();
  const questions = useComputed(() => chat.conversation.value.questions);
  const newest = questions.value.at(-1)?.title.slice(0, HEARD_CHARACTERS);
  return (
    <>
      {questions.value.map((question) => (
        <QuestionCard key={question.id} question={question} />
      ))}
      <p class="unseen" role="status">
        {newest !== undefined && strings.announceQuestion(newest)}
      </p>
    </>
  );
}

const HEARD_CHARACTERS = 600;

/** A question that is over, and what came of it. */
export const ClosedQuestion = memo(({ text }: { text: string }) => (
  <article class="entry entry-asked">
    <h2 class="unseen">{strings.question}</h2>
    <MarkdownView text={text} isWhole />
  </article>
));

/** Choices that fit on buttons; more of them become a list to choose from. */
const MOST_BUTTONS = 12;

const QuestionCard = memo(({ question }: { question: QuestionEvent }) => {
  const chat = useChat();
  const isSending = useSignal(false);
  const problem = useSignal<WireError | undefined>(undefined);
  const { id, kind, title, message } = question;
  const answer = async (given: GivenAnswer) => {
    if (isSending.value) return;
    isSending.value = true;
    problem.value = await chat.answer(question, given);
    // Once it was taken the card goes; until then nobody presses twice.
    isSending.value = problem.value === undefined;
  };
  const parts: PartProps = { question, answer: (given) => void answer(given), isSending: isSending.value };
  return (
    <section class="question" aria-labelledby={`question-${id}`}>
      <h2 class="unseen">{strings.question}</h2>
      <p id={`question-${id}`} class="question-title" dir="auto">
        {title || strings.question}
      </p>
      {message && (
        <p class="question-message" dir="auto">
          {message}
        </p>
      )}
      {kind === "confirm" && <Confirm {...parts} />}
      {kind === "select" &&
        (question.optionCount <= MOST_BUTTONS ? <Choices {...parts} /> : <ChoiceList {...parts} />)}
      {(kind === "input" || kind === "editor") && <FreeText {...parts} />}
      {problem.value && (
        <p class="bad" role="alert">
          {problem.value.code === "LOST"
            ? strings.questionLost
            : problem.value.message || strings.somethingWrong}
        </p>
      )}
    </section>
  );
});

interface PartProps {
  question: QuestionEvent;
  answer: (given: GivenAnswer) => void;
  isSending: boolean;
}

function Confirm({ answer, isSending }: PartProps) {
  return (
    <div class="question-row">
      <button type="button" class="solid-button" disabled={isSending} onClick={() => answer(true)}>
        {strings.questionYes}
      </button>
      <button type="button" class="plain-button" disabled={isSending} onClick={() => answer(false)}>
        {strings.questionNo}
      </button>
    </div>
  );
}

function Choices({ question, answer, isSending }: PartProps) {
  return (
    <>
      <ol class="question-choices">
        {question.options.map((option, at) => (
          <li key={at}>
            <button
              type="button"
              class="plain-button"
              dir="auto"
              disabled={isSending}
              onClick={() => answer(at + 1)}
            >
              {option}
            </button>
          </li>
        ))}
      </ol>
      <Skip answer={answer} isSending={isSending} />
    </>
  );
}

function ChoiceList({ question, answer, isSending }: PartProps) {
  const { id, options, optionCount } = question;
  const field = useRef<HTMLSelectElement>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const number = Number(field.current?.value);
        if (number > 0) answer(number);
        else field.current?.focus();
      }}
    >
      <select ref={field} class="question-field" aria-labelledby={`question-${id}`}>
        <option value="">{strings.questionChoose}</option>
        {options.map((option, at) => (
          <option key={at} value={at + 1}>
            {`${at + 1}. ${option}`}
          </option>
        ))}
      </select>
      {optionCount > options.length && (
        <p class="question-message">{strings.questionMore(optionCount - options.length)}</p>
      )}
      <Send answer={answer} isSending={isSending} />
    </form>
  );
}

function FreeText({ question, answer, isSending }: PartProps) {
  const { id, kind, placeholder, prefill } = question;
  const line = useRef<HTMLInputElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const common = {
    class: "question-field",
    dir: "auto",
    placeholder,
    defaultValue: prefill,
    "aria-labelledby": `question-${id}`,
  } as const;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        answer((line.current ?? text.current)?.value ?? "");
      }}
    >
      {kind === "input" ? (
        <input ref={line} type="text" autocomplete="off" {...common} />
      ) : (
        <textarea ref={text} rows={Math.min(16, Math.max(4, prefill.split("\n").length + 1))} {...common} />
      )}
      <Send answer={answer} isSending={isSending} />
    </form>
  );
}

function Send({ answer, isSending }: Pick<PartProps, "answer" | "isSending">) {
  return (
    <div class="question-row">
      <button type="submit" class="solid-button" disabled={isSending}>
        {strings.questionAnswer}
      </button>
      <Skip answer={answer} isSending={isSending} />
    </div>
  );
}

function Skip({ answer, isSending }: Pick<PartProps, "answer" | "isSending">) {
  return (
    <button type="button" class="link question-skip" disabled={isSending} onClick={() => answer(null)}>
      {strings.questionSkip}
    </button>
  );
}
