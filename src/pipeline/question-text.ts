import type { Button } from "../core/message.ts";
import type { GivenAnswer, Question, QuestionAnswer } from "../core/question.ts";
import type { QuestionSentences } from "./question-sentences.ts";
import { cutText } from "../lib/cut-text.ts";

/** An answer, and how it is shown. */
export interface Chosen {
  readonly answer: QuestionAnswer;
  readonly label: string;
}

/** What is shown of a question in a chat. Whoever asks may ask with a book; people read a page of it. */
const MOST = { title: 1000, message: 3000, options: 100, option: 200, prefill: 2000, label: 300 };
/** Platforms have room for about as many buttons, and people for fewer. */
const MOST_BUTTONS = 20;
const BUTTON_LABEL = 60;

/** A question as a message: what is asked, the numbered choices, and how to answer. */
export function questionMarkdown(question: Question, say: QuestionSentences): string {
  const { title, message = "" } = question;
  const head = [shown(title, MOST.title, say), message && shown(message, MOST.message, say)];
  return [...head, ...choices(question, say)].filter((part) => part !== "").join("\n\n");
}

/** What stands in the place of a question once it is over: what was asked, in short, and what came of it. */
export function closedMarkdown(title: string, mark: "✓" | "✗", outcome: string): string {
  const [first = ""] = title.trim().split("\n", 1);
  return `${literal(cutText(first, MOST.label))}\n\n${mark} ${literal(cutText(outcome, MOST.label))}`;
}

/** The buttons under a question, where choices fit on some. */
export function questionButtons(question: Question, id: string, say: QuestionSentences): Button[][] {
  const button = (choice: string, label: string) => ({
    id: `q.${id}.${choice}`,
    label: cutText(label, BUTTON_LABEL),
  });
  const skip = [button("skip", say.skip)];
  switch (question.kind) {
    case "confirm":
      return [[button("1", say.yes), button("2", say.no)]];
    case "select":
      if (question.options.length > MOST_BUTTONS) return [skip];
      return [...question.options.map((option, at) => [button(String(at + 1), option)]), skip];
    default:
      return question.prefill ? [[button("keep", say.keep)], skip] : [skip];
  }
}

/** The question and the choice that a button's id names; undefined for a button of somebody else's. */
export function readButton(button: string): { readonly id: string; readonly choice: string } | undefined {
  const [, id, choice] = /^q\.([a-z0-9]+)\.([a-z0-9]+)$/.exec(button) ?? [];
  return id !== undefined && choice !== undefined ? { id, choice } : undefined;
}

/** What a pressed button answers: `skip` lets the question be. */
export function chosenByButton(
  question: Question,
  choice: string,
  say: QuestionSentences,
): Chosen | "skip" | undefined {
  if (choice === "skip") return "skip";
  if (choice === "keep") return kept(question);
  return question.kind === "select" || question.kind === "confirm"
    ? byNumber(question, Number(choice), say)
    : undefined;
}

/** What a text that somebody wrote answers; undefined if it is no answer to this question. */
export function chosenByText(question: Question, text: string, say: QuestionSentences): Chosen | undefined {
  if (question.kind === "input" || question.kind === "editor") {
    return (text.trim() === "=" ? kept(question) : undefined) ?? written(text);
  }
  const word = plainWord(text);
  const [, digits] = /^(\d{1,6})[.)、]?$/.exec(word) ?? [];
  const numbered = digits === undefined ? undefined : byNumber(question, Number(digits), say);
  if (numbered) return numbered;
  if (question.kind === "confirm") return byYesOrNo(word, say);
  const named = question.options.find((option) => plainWord(option) === word);
  return named === undefined ? undefined : { answer: named, label: named };
}

/** What a client of ours answers. A text that is an option is meant as that option, even if it is a number. */
export function chosenByClient(
  question: Question,
  given: GivenAnswer,
  say: QuestionSentences,
): Chosen | "skip" | undefined {
  if (given === null) return "skip";
  if (typeof given === "boolean") {
    return question.kind === "confirm" ? byNumber(question, given ? 1 : 2, say) : undefined;
  }
  if (typeof given === "number") return byNumber(question, given, say);
  if (question.kind === "select" && question.options.includes(given)) return { answer: given, label: given };
  return question.kind === "input" || question.kind === "editor"
    ? written(given)
    : chosenByText(question, given, say);
}

/** What is possible, said to somebody whose answer was none. */
export function whatIsPossible(question: Question, say: QuestionSentences): string {
  return question.kind === "select" ? say.wrongChoice(question.options.length) : say.wrongConfirm;
}

function choices(question: Question, say: QuestionSentences): string[] {
  switch (question.kind) {
    case "confirm":
      return [say.howToConfirm];
    case "select": {
      const { options } = question;
      const lines = options
        .slice(0, MOST.options)
        .map(
          (option, at) =>
            `${at + 1}. ${literal(cutText(option.replaceAll(/\s+/g, " ").trim(), MOST.option))}`,
        );
      const more = options.length - MOST.options;
      return [lines.join("\n"), more > 0 ? say.moreOptions(more) : "", say.howToChoose(options.length)];
    }
    default: {
      const { prefill = "", placeholder = "" } = question;
      if (prefill !== "")
        return [fenced(cutText(prefill, MOST.prefill)), moreOf(prefill, MOST.prefill, say), say.howToKeep];
      return [placeholder && `(${literal(cutText(placeholder, MOST.option))})`, say.howToWrite];
    }
  }
}

function kept(question: Question): Chosen | undefined {
  const isText = question.kind === "input" || question.kind === "editor";
  return isText && question.prefill ? written(question.prefill) : undefined;
}

function written(text: string): Chosen {
  return { answer: text, label: text };
}

function byNumber(question: Question, number: number, say: QuestionSentences): Chosen | undefined {
  if (question.kind === "confirm") {
    if (number !== 1 && number !== 2) return undefined;
    return { answer: number === 1, label: number === 1 ? say.yes : say.no };
  }
  const option = question.kind === "select" ? question.options[number - 1] : undefined;
  return option === undefined ? undefined : { answer: option, label: option };
}

const YES = new Set(
  "yes y yeah yep ok okay sure true allow 是 是的 好 好的 对 可以 行 确认 同意 允许".split(" "),
);
const NO = new Set("no n nope false deny 否 不 不是 不好 不行 不可以 不要 不同意 拒绝".split(" "));

function byYesOrNo(word: string, say: QuestionSentences): Chosen | undefined {
  if (YES.has(word)) return { answer: true, label: say.yes };
  return NO.has(word) ? { answer: false, label: say.no } : undefined;
}

/** Full-width digits and letters, capitals and the dot at the end make no difference. */
function plainWord(text: string): string {
  return text
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/[.!。!]+$/, "");
}

function shown(text: string, most: number, say: QuestionSentences): string {
  const more = moreOf(text, most, say);
  return literal(cutText(text, most)) + (more && `\n\n${more}`);
}

function moreOf(text: string, most: number, say: QuestionSentences): string {
  return text.length > most ? say.moreText(text.length - most) : "";
}

/** Markdown that shows `text` as it is: a command with stars in it must not be read as another one. */
function literal(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) =>
      line
        .trimEnd()
        .replaceAll(/[\\`*_[\]<>~|]/g, String.raw`\$&`)
        .replace(/^(\s*)(#|[-+](?=\s)|\d+(?=[.)]))/, (_, space: string, sign: string) =>
          /\d/.test(sign) ? `${space}${sign}\\` : `${space}\\${sign}`,
        )
        .replace(/^\s+/, (space) => "\u00A0".repeat(space.length)),
    )
    .join("  \n")
    .replaceAll(/( {2}\n){2,}/g, "\n\n");
}

function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
