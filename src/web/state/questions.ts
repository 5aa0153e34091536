import type { NoticeEvent, QuestionEvent } from "../wire/frames.ts";
import { literal } from "../text/literal.ts";
import type { Conversation, NoticeStep, Row, Step } from "./conversation.ts";

/** The conversation after a `question` event. */
export function applyQuestion(conversation: Conversation, event: QuestionEvent, nowMs: number): Conversation {
  const others = conversation.questions.filter((question) => question.id !== event.id);
  if (event.state === "open") {
    return conversation.closed.has(event.id)
      ? conversation
      : { ...conversation, questions: [...others, event] };
  }
  const closed = new Set(conversation.closed).add(event.id);
  const row = closedRow(event, nowMs);
  const isKnown = conversation.rows.some(({ id }) => id === row.id);
  return {
    ...conversation,
    questions: others,
    closed,
    rows: isKnown ? conversation.rows : [...conversation.rows, row],
  };
}

/** What is open as the gateway says when one begins to follow the conversation; older knowledge is void. */
export function withOpenQuestions(conversation: Conversation, open: readonly QuestionEvent[]): Conversation {
  const questions = open.filter(({ id }) => !conversation.closed.has(id));
  return { ...conversation, questions };
}

/** Rows without those whose question is on the screen in another form: as a card, or as what became of it. */
export function withoutAsked(rows: readonly Row[], questions: readonly QuestionEvent[]): readonly Row[] {
  const shown = new Set(questions.map(({ messageId }) => messageId));
  for (const { id } of rows) if (isClosedQuestion(id)) shown.add(id.slice(0, -CLOSED.length));
  return shown.size === 0 ? rows : rows.filter(({ id }) => !shown.has(id));
}

const CLOSED = "/closed";

/** Whether a row of the history says what came of a question. */
export const isClosedQuestion = (rowId: string) => /\/question\/[^/]+\/closed$/.test(rowId);

/** The same as the history will say. */
function closedRow({ messageId, title, state, answer }: QuestionEvent, atMs: number): Row {
  const [first = ""] = title.trim().split("\n", 1);
  const mark = state === "answered" ? "✓" : "✗";
  const text = `${literal(first)}\n\n${mark} ${literal(answer)}`;
  return { id: `${messageId}${CLOSED}`, role: "assistant", text, atMs, isLive: true };
}

/** More than this of one turn is noise. */
const MOST_NOTICES = 20;

/** The conversation after a `notice` event. */
export function applyNotice(conversation: Conversation, { turnId, level, text }: NoticeEvent): Conversation {
  const steps = conversation.steps.get(turnId) ?? [];
  const count = steps.filter((step) => step.kind === "notice").length;
  if (count >= MOST_NOTICES) return conversation;
  const notice: NoticeStep = { kind: "notice", id: `notice ${count}`, level, text };
  const after: readonly Step[] = [...steps, notice];
  return { ...conversation, steps: new Map(conversation.steps).set(turnId, after) };
}
