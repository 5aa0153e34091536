import type { NoticeEvent, QuestionEvent } from "./frames.ts";
import { fieldsOf, listOf, numberOf, stringOf } from "./read.ts";

const KINDS = ["select", "confirm", "input", "editor"] as const;
const STATES = ["open", "answered", "closed"] as const;
const LEVELS = ["info", "warning", "error"] as const;

/** The question in an event, or in a list of open ones. */
export function readQuestion(payload: unknown): QuestionEvent | undefined {
  const fields = fieldsOf(payload);
  const [sessionKey, id] = [stringOf(fields["sessionKey"]), stringOf(fields["id"])];
  const kind = KINDS.find((known) => known === fields["kind"]);
  const state = STATES.find((known) => known === fields["state"]);
  if (!sessionKey || !id || !kind || !state) return undefined;
  const text = (name: string) => stringOf(fields[name]) ?? "";
  const options = listOf(fields["options"]).filter((option) => typeof option === "string");
  return {
    sessionKey,
    id,
    kind,
    state,
    messageId: text("messageId"),
    title: text("title"),
    message: text("message"),
    options,
    optionCount: numberOf(fields["optionCount"]) ?? options.length,
    placeholder: text("placeholder"),
    prefill: text("prefill"),
    answer: text("answer"),
  };
}

export function readQuestions(payload: unknown): readonly QuestionEvent[] {
  return listOf(fieldsOf(payload)["questions"]).flatMap((item) => readQuestion(item) ?? []);
}

export function readNotice(payload: unknown): NoticeEvent | undefined {
  const fields = fieldsOf(payload);
  const [sessionKey, turnId] = [stringOf(fields["sessionKey"]), stringOf(fields["turnId"])];
  const text = stringOf(fields["text"]);
  const level = LEVELS.find((known) => known === fields["level"]) ?? "info";
  return sessionKey && turnId && text ? { sessionKey, turnId, level, text } : undefined;
}
