import { expect, test } from "bun:test";
import type { Question } from "../../src/core/question.ts";
import type { SessionKey } from "../../src/core/session-key.ts";
import { questionPayload } from "../../src/ws/question-payload.ts";

const session = "agent:main:webchat:dm:a" as SessionKey;
const payload = (question: Question, state: "open" | "answered" = "open", answer?: string) =>
  questionPayload(session, {
    kind: "question",
    turn: "t1",
    id: "q1",
    key: "t1/question/q1",
    question,
    state,
    ...(answer === undefined ? {} : { answer }),
  });

test("a question names itself, its turn and its row, and carries what a page needs to ask it", () => {
  const names = { sessionKey: session, turnId: "t1", id: "q1", messageId: "t1/question/q1", state: "open" };
  const select: Question = { kind: "select", title: "Colour?", message: "Now.", options: ["Red"] };
  expect(payload(select)).toEqual({ ...names, ...select, optionCount: 1 });
  expect(payload({ kind: "confirm", title: "Sure?" })).toEqual({ ...names, kind: "confirm", title: "Sure?" });
  const editor: Question = { kind: "editor", title: "Text", placeholder: "p", prefill: "one" };
  expect(payload(editor)).toEqual({ ...names, ...editor });
});

test("one that is over says what came of it, and offers nothing any more", () => {
  const over = payload({ kind: "select", title: "Colour?", options: ["Red"] }, "answered", "Red");
  expect(over).toMatchObject({ state: "answered", answer: "Red" });
  expect(over).not.toHaveProperty("options");
});

test("however much is asked, the frame stays one that everybody can hold", () => {
  const long = "x".repeat(1_000_000);
  const options = Array.from({ length: 100_000 }, () => long.slice(0, 1000));
  const size = (question: Question) => JSON.stringify(payload(question)).length;
  expect(size({ kind: "select", title: long, message: long, options })).toBeLessThan(140_000);
  expect(size({ kind: "editor", title: long, message: long, placeholder: long, prefill: long })).toBeLessThan(
    30_000,
  );
  expect(payload({ kind: "select", title: "?", options })["optionCount"]).toBe(100_000);
  expect(payload({ kind: "editor", title: "?", prefill: long })).not.toHaveProperty("prefill");
  expect(JSON.stringify(payload({ kind: "confirm", title: "?" }, "answered", long)).length).toBeLessThan(
    3000,
  );
});
