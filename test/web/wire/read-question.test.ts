import { expect, test } from "bun:test";
import { readNotice, readQuestion, readQuestions } from "../../../src/web/wire/read-question.ts";

const whole = {
  sessionKey: "agent:main:webchat:dm:one",
  turnId: "t1",
  id: "q1",
  messageId: "t1/question/q1",
  kind: "select",
  state: "open",
  title: "Colour?",
  options: ["Red", "Green"],
  optionCount: 2,
};

test("a question is read with everything it has, and what it lacks is empty", () => {
  expect(readQuestion(whole)).toEqual({
    sessionKey: whole.sessionKey,
    id: "q1",
    messageId: "t1/question/q1",
    kind: "select",
    state: "open",
    title: "Colour?",
    message: "",
    options: ["Red", "Green"],
    optionCount: 2,
    placeholder: "",
    prefill: "",
    answer: "",
  });
});

test("what is no question is left alone", () => {
  for (const broken of [
    undefined,
    7,
    {},
    { ...whole, kind: "dance" },
    { ...whole, state: 1 },
    { ...whole, id: "" },
  ]) {
    expect(readQuestion(broken)).toBeUndefined();
  }
  expect(readQuestion({ ...whole, options: [1, "a", null], optionCount: "many" })).toMatchObject({
    options: ["a"],
    optionCount: 1,
  });
  expect(readQuestions({ questions: [whole, { nothing: true }] })).toHaveLength(1);
  expect(readQuestions({})).toEqual([]);
});

test("a notice has a text, and a level that we know", () => {
  const notice = { sessionKey: "s", turnId: "t", level: "warning", text: "Careful" };
  expect(readNotice(notice)).toEqual({ sessionKey: "s", turnId: "t", level: "warning", text: "Careful" });
  expect(readNotice({ ...notice, level: "loud" })?.level).toBe("info");
  expect(readNotice({ ...notice, text: 7 })).toBeUndefined();
});
