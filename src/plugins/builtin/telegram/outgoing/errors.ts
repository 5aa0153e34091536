import { GrammyError } from "grammy";
import { CallFailure, type CallFailureKind } from "../../../call-failure.ts";
import { isKindOf, ofCallFailure, ofRefusal, PlatformError } from "../../../platform-error.ts";
import { ChannelError } from "../../../types.ts";
import { type RefusalKind, refusalOf } from "./refusals.ts";

/** What went wrong, in more words than the port has. */
export type TelegramErrorKind = RefusalKind | CallFailureKind | "fault";

/**
 * The error of the port for whatever a call to the Bot API threw. Its sentence is for people and never holds the
 * token. Calls that may be repeated without harm say so; a message that may be out already is “in doubt”.
 */
export function toChannelError(error: unknown, method: string): ChannelError {
  if (error instanceof ChannelError) return error;
  const mayRepeat = !ADDS.test(method);
  if (error instanceof CallFailure) return ofCallFailure(error, "Telegram", { mayRepeat });
  if (error instanceof GrammyError) {
    const waitS = error.parameters.retry_after;
    const waitMs = waitS === undefined ? undefined : waitS * 1000;
    return ofRefusal(refusalOf(error), detailOf(error), { mayRepeat, waitMs });
  }
  // A fault of our own: its message is for the log, which the reference in the outbox leads to.
  return new PlatformError("fault", "unreachable", `The call ${method} could not be made: ${String(error)}`);
}

/** What Telegram's answer means; undefined where it did not answer. For those who call grammY themselves. */
export function refusedAs(error: unknown): RefusalKind | undefined {
  return error instanceof GrammyError ? refusalOf(error).kind : undefined;
}

/** True for an error of one of the kinds. */
export function isKind(error: unknown, ...kinds: readonly TelegramErrorKind[]): boolean {
  return isKindOf(error, ...kinds);
}

/** The id of the supergroup that a group has become, where the refusal names it. */
export function movedTo(error: unknown): string | undefined {
  const id = error instanceof GrammyError ? error.parameters.migrate_to_chat_id : undefined;
  return id === undefined ? undefined : String(id);
}

/** Calls that put something new into a chat each time. All others can be repeated without harm. */
const ADDS = /^(send(?!ChatAction$|MessageDraft$|RichMessageDraft$)|forward|copy)/;

/** Telegram's own words without the status before them. */
function detailOf({ description }: GrammyError): string {
  return description.replace(/^(Bad Request|Forbidden|Conflict|Not Found|Internal Server Error): /, "");
}
