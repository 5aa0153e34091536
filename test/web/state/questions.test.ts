import { describe, expect, test } from "bun:test";
import { emptyConversation, isAnswerOf } from "../../../src/web/state/conversation.ts";
import { mergeNewest } from "../../../src/web/state/merge-history.ts";
import {
  applyNotice,
  applyQuestion,
  withoutAsked,
  withOpenQuestions,
} from "../../../src/web/state/questions.ts";
import type { HistoryMessage, QuestionEvent } from "../../../src/web/wire/frames.ts";
import { KEY, Told } from "./conversations.ts";

const asked: QuestionEvent = {
  sessionKey: KEY,
  id: "q1",
  messageId: "t1/question/q1",
  kind: "select",
  state: "open",
  title: "Which *colour*?",
  message: "",
  options: ["Red"],
  optionCount: 1,
  placeholder: "",
  prefill: "",
  answer: "",
};
const answered: QuestionEvent = { ...asked, state: "answered", answer: "Red" };
const row = (id: string, text: string): HistoryMessage => ({ id, role: "assistant", text, atMs: 1 });

describe("a question", () => {
  test("is there until it is answered, and then what came of it stands in its place", () => {
    const open = applyQuestion(emptyConversation, asked, 1);
    expect(open.questions).toEqual([asked]);
    expect(applyQuestion(open, asked, 2).questions).toHaveLength(1);
    const closed = applyQuestion(open, answered, 3);
    expect(closed.questions).toEqual([]);
    expect(closed.rows.map(({ id, text }) => [id, text])).toEqual([
      ["t1/question/q1/closed", "Which \\*colour\\*?\n\n✓ Red"],
    ]);
    expect(applyQuestion(closed, answered, 4).rows).toHaveLength(1);
  });

  test("that is over does not come back with what was read before", () => {
    const closed = applyQuestion(emptyConversation, answered, 1);
    expect(applyQuestion(closed, asked, 2).questions).toEqual([]);
    expect(withOpenQuestions(closed, [asked, { ...asked, id: "q2" }]).questions.map(({ id }) => id)).toEqual([
      "q2",
    ]);
  });

  test("that the gateway does not know any more is gone", () => {
    const open = applyQuestion(emptyConversation, asked, 1);
    expect(withOpenQuestions(open, []).questions).toEqual([]);
  });

  test("stands there once, in whatever form, and its row is no answer of the turn", () => {
    const question = row("t1/question/q1", "Which colour?\n\n1. Red");
    const end = row("t1/question/q1/closed", "Which colour?\n\n✓ Red");
    expect(withoutAsked([question], [asked])).toEqual([]);
    expect(withoutAsked([question], [])).toEqual([question]);
    expect(withoutAsked([question, end], [])).toEqual([end]);
    expect(isAnswerOf("t1", "t1/question/q1")).toBe(false);
    expect(isAnswerOf("t1", "t1/0")).toBe(true);
  });

  test("of a running turn does not make a history that was read look like the turn's end", () => {
    const told = new Told().sent("m1").started("t1", "m1").text("t1", "Let me ask.");
    const open = applyQuestion(told.now, asked, 1);
    const messages: HistoryMessage[] = [
      { id: "m1", role: "user", text: "m1", atMs: 1, state: "running", turn: "t1" },
      row("t1/question/q1", "Which colour?"),
    ];
    const running = { turnId: "t1", messageIds: ["m1"], text: "Let me ask.", tools: [] };
    expect(mergeNewest(open, { messages, running }, 2).turn?.turnId).toBe("t1");
    const closed = applyQuestion(open, answered, 2);
    const after = mergeNewest(
      closed,
      { messages: [...messages, row("t1/question/q1/closed", "✓ Red")], running },
      3,
    );
    expect(after.rows.filter(({ id }) => id.endsWith("/closed"))).toHaveLength(1);
  });
});

test("notices are steps of their turn, and not more than a few of them", () => {
  let told = emptyConversation;
  for (let at = 0; at < 100; at += 1) {
    told = applyNotice(told, { sessionKey: KEY, turnId: "t1", level: "info", text: `Saved ${at}.` });
  }
  expect(told.steps.get("t1")).toHaveLength(20);
});
