import type { SessionKey } from "../core/session-key.ts";
import type { TurnEvent } from "../core/turn-events.ts";

type QuestionEvent = Extract<TurnEvent, { kind: "question" }>;

/** What is shown of a question at most; a prefill that is longer cannot be edited in a page, so it is left out. */
const MOST = {
  title: 4000,
  message: 20_000,
  option: 500,
  allOptions: 100_000,
  prefill: 100_000,
  answer: 2000,
};

/** A question as clients get it. Each of its frames is whole: the last one is what counts. */
export function questionPayload(
  sessionKey: SessionKey,
  event: QuestionEvent,
): Readonly<Record<string, unknown>> {
  const { turn, id, key, question, state, answer } = event;
  const { kind, title, message } = question;
  const names = { sessionKey, turnId: turn, id, messageId: key, kind, state };
  return {
    ...names,
    title: title.slice(0, MOST.title),
    ...(message === undefined ? {} : { message: message.slice(0, MOST.message) }),
    ...(state === "open" ? choicesOf(question) : {}),
    ...(answer === undefined ? {} : { answer: answer.slice(0, MOST.answer) }),
  };
}

function choicesOf(question: QuestionEvent["question"]): Readonly<Record<string, unknown>> {
  if (question.kind === "confirm") return {};
  if (question.kind === "select") return optionsOf(question.options);
  const { placeholder, prefill } = question;
  return {
    ...(placeholder === undefined ? {} : { placeholder: placeholder.slice(0, MOST.option) }),
    ...(prefill === undefined || prefill.length > MOST.prefill ? {} : { prefill }),
  };
}

/** As many as a page can list, by number; the others can still be answered by their number. */
function optionsOf(options: readonly string[]) {
  const listed: string[] = [];
  let size = 0;
  for (const option of options) {
    const text = option.slice(0, MOST.option);
    size += text.length;
    if (size > MOST.allOptions) break;
    listed.push(text);
  }
  return { options: listed, optionCount: options.length };
}
