import { describe, expect, test } from "bun:test";
import type { Question } from "../../src/core/question.ts";
import {
  chosenByButton,
  chosenByClient,
  chosenByText,
  closedMarkdown,
  questionButtons,
  questionMarkdown,
  readButton,
} from "../../src/pipeline/question-text.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";

const say = sentencesIn("en").question;
const zh = sentencesIn("zh").question;
const COLOUR: Question = { kind: "select", title: "Which colour?", options: ["Red", "Dark green", "7"] };
const SURE: Question = { kind: "confirm", title: "Sure?", message: "It cannot be undone." };
const NAME: Question = { kind: "input", title: "Your name?", placeholder: "as on the door" };
const NOTE: Question = { kind: "editor", title: "The note", prefill: "first\n```\nsecond" };

const answerTo = (question: Question, text: string) => chosenByText(question, text, say)?.answer;

test("choices come numbered, with how to answer", () => {
  expect(questionMarkdown(COLOUR, say)).toBe(
    "Which colour?\n\n1. Red\n2. Dark green\n3. 7\n\nPlease answer with a number from 1 to 3.",
  );
  expect(questionMarkdown(SURE, zh)).toBe("Sure?\n\nIt cannot be undone.\n\n请回复“是”或“否”。");
  expect(questionMarkdown(NAME, say)).toBe("Your name?\n\n(as on the door)\n\nPlease write your answer.");
  expect(questionMarkdown(NOTE, say)).toContain("````\nfirst\n```\nsecond\n````");
});

test("a command in a question is shown as it would run: no star of it is taken for Markdown", () => {
  const shown = questionMarkdown(
    { kind: "confirm", title: "Run this?\n\n  rm *.txt *.md", message: "# no\n1. no" },
    say,
  );
  expect(shown).toContain(String.raw`rm \*.txt \*.md`);
  expect(shown).toContain(String.raw`\# no`);
  expect(shown).toContain(String.raw`1\. no`);
});

describe("an answer is understood", () => {
  test.each([
    ["1", "Red"],
    [" 2. ", "Dark green"],
    ["２", "Dark green"],
    ["dark GREEN!", "Dark green"],
    ["7", "7"],
    ["8", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["blue", undefined],
    ["1e0", undefined],
  ])("to a choice: %p", (text, answer) => expect(answerTo(COLOUR, text)).toBe(answer));

  test.each([
    ["yes", true],
    ["Y", true],
    ["好的。", true],
    ["是", true],
    ["1", true],
    ["No!", false],
    ["不", false],
    ["2", false],
    ["perhaps", undefined],
    ["3", undefined],
  ])("to yes or no: %p", (text, answer) => expect(answerTo(SURE, text)).toBe(answer));

  test("a free text is the answer as it was written; = keeps what is there", () => {
    expect(answerTo(NAME, " Una ")).toBe(" Una ");
    expect(answerTo(NAME, "=")).toBe("=");
    expect(answerTo(NOTE, "=")).toBe("first\n```\nsecond");
    expect(answerTo(NOTE, "1")).toBe("1");
  });

  test("from a page by number, text, or yes and no; a text that is an option is that option", () => {
    const twisted: Question = { kind: "select", title: "?", options: ["2", "1"] };
    expect(chosenByClient(twisted, "2", say)).toEqual({ answer: "2", label: "2" });
    expect(chosenByClient(twisted, 2, say)).toEqual({ answer: "1", label: "1" });
    expect(chosenByClient(SURE, false, say)).toEqual({ answer: false, label: "No" });
    expect(chosenByClient(COLOUR, true, say)).toBeUndefined();
    expect(chosenByClient(COLOUR, 4, say)).toBeUndefined();
    expect(chosenByClient(NOTE, "=", say)).toEqual({ answer: "=", label: "=" });
    expect(chosenByClient(NAME, null, say)).toBe("skip");
  });
});

test("each button leads back to its choice, and to no other question", () => {
  const press = (question: Question) =>
    questionButtons(question, "abc", say)
      .flat()
      .map(({ id, label }) => {
        const button = readButton(id);
        expect(button?.id).toBe("abc");
        const chosen = chosenByButton(question, button?.choice ?? "", say);
        return [label, typeof chosen === "object" ? chosen.answer : chosen];
      });
  expect(press(COLOUR)).toEqual([
    ["Red", "Red"],
    ["Dark green", "Dark green"],
    ["7", "7"],
    ["Skip", "skip"],
  ]);
  expect(press(SURE)).toEqual([
    ["Yes", true],
    ["No", false],
  ]);
  expect(press(NOTE)).toEqual([
    ["Keep it as it is", "first\n```\nsecond"],
    ["Skip", "skip"],
  ]);
  for (const other of ["approve:abc", "q.abc", "q.ABC.1", "q.a.b.c", ""])
    expect(readButton(other)).toBeUndefined();
});

test("a book of a question becomes a page, and every choice still counts", () => {
  const options = Array.from({ length: 2000 }, (_, at) => `Option ${at + 1} ${"x".repeat(1000)}`);
  const huge: Question = {
    kind: "select",
    title: "t".repeat(100_000),
    message: "m".repeat(100_000),
    options,
  };
  const shown = questionMarkdown(huge, say);
  expect(shown.length).toBeLessThan(30_000);
  expect(shown).toContain("1,900 more".replace(",", ""));
  expect(answerTo(huge, "2000")).toBe(options[1999]);
  expect(questionButtons(huge, "a", say).flat()).toHaveLength(1);
  const long: Question = { kind: "editor", title: "?", prefill: "p".repeat(100_000) };
  expect(questionMarkdown(long, say).length).toBeLessThan(3000);
  expect(answerTo(long, "=")).toHaveLength(100_000);
});

test("what stands in the place of a question is short, and says what came of it", () => {
  expect(closedMarkdown("Which *colour*?\nmore", "✓", "Red")).toBe(
    String.raw`Which \*colour\*?` + "\n\n✓ Red",
  );
  expect(closedMarkdown("t".repeat(5000), "✗", "w".repeat(5000)).length).toBeLessThan(700);
});
