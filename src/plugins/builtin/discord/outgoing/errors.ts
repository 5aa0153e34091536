import { CallFailure, type CallFailureKind } from "../../../call-failure.ts";
import { isKindOf, ofCallFailure, ofRefusal, PlatformError } from "../../../platform-error.ts";
import { ChannelError } from "../../../types.ts";
import { DiscordRefusal } from "./discord-refusal.ts";
import { type RefusalKind, refusalOf } from "./refusals.ts";

/** What went wrong, in more words than the port has. */
export type DiscordErrorKind = RefusalKind | CallFailureKind | "fault";

/**
 * The error of the port for whatever a call to Discord threw. Its sentence is for people and never holds the token.
 * `mayRepeat` is false for a call that puts something new into a chat: it may be out already, which is “in doubt”.
 */
export function toChannelError(error: unknown, mayRepeat: boolean): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof CallFailure) return ofCallFailure(error, "Discord", { mayRepeat });
  if (error instanceof DiscordRefusal) {
    const { waitMs, isAccountWide } = error.quiet ?? {};
    return ofRefusal(refusalOf(error), error.message, {
      mayRepeat,
      waitMs,
      ...(isAccountWide === undefined ? {} : { isAccountWide }),
    });
  }
  // A fault of our own: its message is for the log, which the reference in the outbox leads to.
  return new PlatformError("fault", "unreachable", `The call to Discord could not be made: ${String(error)}`);
}

/** The same failure of something that has happened in part: once more from the beginning would be twice. */
export function inDoubt(error: unknown): ChannelError {
  const { code, message, retry, userMessage, isAccountWide } = toChannelError(error, false);
  const said = userMessage === undefined ? {} : { userMessage };
  return new ChannelError(code, message, { retry, outcome: "unknown", isAccountWide, cause: error, ...said });
}

/** What Discord's answer means; undefined where it did not answer. For those who make calls themselves. */
export function refusedAs(error: unknown): RefusalKind | undefined {
  return error instanceof DiscordRefusal ? refusalOf(error).kind : undefined;
}

/** True for an error of one of the kinds. */
export function isKind(error: unknown, ...kinds: readonly DiscordErrorKind[]): boolean {
  return isKindOf(error, ...kinds);
}
