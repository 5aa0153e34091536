import type { BridgeCaller } from "../core/bridge-port.ts";
import type { Question, QuestionDesk } from "../core/question.ts";
import { textOf, type UiAnswer, type UiRequest } from "../core/rpc-protocol.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Logger } from "../lib/logger.ts";

/** Whom extensions of pi reach. */
export interface UiAudience {
  readonly questions?: Pick<QuestionDesk, "ask"> | undefined;
  /** Told what an extension has to say that needs no answer. */
  readonly onNotice?: ((session: SessionKey, notice: UiNotice) => void) | undefined;
  readonly log: Logger;
}

export interface UiNotice {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

const CANCELLED: UiAnswer = { cancelled: true };
const NOTICE_LENGTH = 2000;

/**
 * What pi or an extension of the person's own asks of people: it goes to the chat whose turn runs, and comes back
 * as pi expects it. Undefined where pi expects nothing: a notice is passed on, everything else is about a screen
 * that is not there.
 */
export async function answerUiRequest(
  request: UiRequest,
  { session, signal }: BridgeCaller,
  { questions, onNotice, log }: UiAudience,
): Promise<UiAnswer | undefined> {
  if (request.method === "notify") {
    const notice = noticeIn(request);
    log.info({ session, level: notice.level, said: notice.text }, "an extension of pi has something to say");
    if (session !== undefined && notice.text !== "") onNotice?.(session, notice);
    return undefined;
  }
  if (!isQuestion(request.method)) return undefined;
  const question = questionIn(request);
  if (!question || !questions || session === undefined) {
    log.warn(
      { session, method: request.method, title: textOf(request.title) },
      "a question of an extension of pi was cancelled: nobody can be asked",
    );
    return CANCELLED;
  }
  const answer = await questions.ask(session, question, signal);
  if (answer === undefined) return CANCELLED;
  return typeof answer === "boolean" ? { confirmed: answer } : { value: answer };
}

/** pi waits for an answer to these; everything else it only tells. */
function isQuestion(method: unknown): method is "select" | "confirm" | "input" | "editor" {
  return method === "select" || method === "confirm" || method === "input" || method === "editor";
}

/** The question in a request; undefined for one that nobody could answer. */
function questionIn(request: UiRequest): Question | undefined {
  const { method, timeout } = request;
  const message = textOf(request.message);
  const facts = {
    title: textOf(request.title),
    ...(message === "" ? {} : { message }),
    ...(typeof timeout === "number" && timeout > 0 ? { timeoutMs: timeout } : {}),
  };
  if (method === "confirm") return { kind: method, ...facts };
  if (method === "select") {
    // Whatever came over the pipe is what it is, not what its type says.
    const options: readonly unknown[] = Array.isArray(request.options) ? request.options : [];
    if (options.length === 0 || !options.every((option) => typeof option === "string")) return undefined;
    return { kind: method, options, ...facts };
  }
  const placeholder = textOf(request.placeholder);
  const prefill = textOf(request.prefill);
  const texts = {
    ...(placeholder === "" ? {} : { placeholder }),
    ...(prefill === "" ? {} : { prefill }),
  };
  if (method === "input" || method === "editor") return { kind: method, ...facts, ...texts };
  return undefined;
}

function noticeIn({ message, notifyType }: UiRequest): UiNotice {
  const level = notifyType === "warning" || notifyType === "error" ? notifyType : "info";
  return { level, text: textOf(message).trim().slice(0, NOTICE_LENGTH) };
}
