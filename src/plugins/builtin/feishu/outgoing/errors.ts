import { cutText } from "../../../../lib/cut-text.ts";
import { CallFailure, type CallFailureKind } from "../../../call-failure.ts";
import { isKindOf, ofCallFailure, ofRefusal, PlatformError } from "../../../platform-error.ts";
import { ChannelError } from "../../../types.ts";
import { FeishuRefusal, NoToken } from "./refusal-answer.ts";
import { isForAll, type RefusalKind, refusalOf } from "./refusals.ts";

/** What went wrong, in more words than the port has. */
export type FeishuErrorKind = RefusalKind | CallFailureKind | "fault";

/**
 * The error of the port for whatever a call threw. Its sentence is for people and never holds a secret. `mayRepeat` is
 * false for a call that puts a new message into a chat: one that may be out already is “in doubt”.
 */
export function toChannelError(
  error: unknown,
  call: string,
  { mayRepeat }: { mayRepeat: boolean } = { mayRepeat: true },
): ChannelError {
  if (error instanceof ChannelError) return error;
  // Without a token the call itself has not been made.
  if (error instanceof NoToken) return toChannelError(error.cause, call, { mayRepeat: true });
  if (error instanceof CallFailure) return ofCallFailure(error, "Feishu", { mayRepeat });
  if (error instanceof FeishuRefusal) {
    const { waitMs } = error;
    const refusal = refusalOf(error);
    const isToWait = refusal.kind === "rate-limited";
    return ofRefusal(refusal, detailOf(error), {
      mayRepeat,
      isAccountWide: isForAll(error, call),
      ...(isToWait && waitMs !== undefined ? { waitMs } : {}),
    });
  }
  // A fault of our own: its message is for the log, which the reference in the outbox leads to.
  return new PlatformError("fault", "unreachable", `The call ${call} could not be made: ${String(error)}`);
}

/** What Feishu's answer means; undefined where it did not answer. For those who call the API themselves. */
export function refusedAs(error: unknown): RefusalKind | undefined {
  const thrown = error instanceof NoToken ? error.cause : error;
  return thrown instanceof FeishuRefusal ? refusalOf(thrown).kind : undefined;
}

/** True for an error of one of the kinds. */
export function isKind(error: unknown, ...kinds: readonly FeishuErrorKind[]): boolean {
  return isKindOf(error, ...kinds);
}

/** The scopes that are missing, or Feishu's own words without the addresses in them, and with its number. */
function detailOf({ detail, scopes, code }: FeishuRefusal): string {
  if (scopes.length > 0) {
    return `${scopes.join(" or ")} (grant it in the developer console and publish a version)`;
  }
  const [sentence = ""] = detail.split(/https?:/);
  const words = cutText(sentence.replaceAll(/\s+/g, " ").trim(), LONGEST_DETAIL);
  return `${words === "" ? "no reason given" : words} (${code})`;
}

const LONGEST_DETAIL = 300;
