import { GrammyError } from "grammy";
import { ChannelError } from "../../../types.ts";
import { CallFailure, type CallFailureKind } from "./call-failure.ts";
import { type RefusalKind, refusalOf } from "./refusals.ts";

/** A `ChannelError` that tells apart what the codes of the port do not. */
export class TelegramError extends ChannelError {
  readonly kind: RefusalKind | CallFailureKind | "fault";

  constructor(
    kind: TelegramError["kind"],
    code: ChannelError["code"],
    message: string,
    facts?: ConstructorParameters<typeof ChannelError>[2],
  ) {
    super(code, message, facts);
    this.kind = kind;
  }
}

/**
 * The error of the port for whatever a call to the Bot API threw. Its sentence is for people and never holds the
 * token. Calls that may be repeated without harm say so; a message that may be out already is “in doubt”.
 */
export function toChannelError(error: unknown, method: string): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof GrammyError) return ofRefusal(error, method);
  if (error instanceof CallFailure) return ofFailure(error, method);
  // A fault of our own: its message is for the log, which the reference in the outbox leads to.
  return new TelegramError("fault", "unreachable", `The call ${method} could not be made: ${String(error)}`);
}

/** What Telegram's answer means; undefined where it did not answer. For those who call grammY themselves. */
export function refusedAs(error: unknown): RefusalKind | undefined {
  return error instanceof GrammyError ? refusalOf(error).kind : undefined;
}

/** True for an error of one of the kinds. */
export function isKind(error: unknown, ...kinds: readonly TelegramError["kind"][]): boolean {
  return error instanceof TelegramError && kinds.includes(error.kind);
}

/** The id of the supergroup that a group has become, where the refusal names it. */
export function movedTo(error: unknown): string | undefined {
  const id = error instanceof GrammyError ? error.parameters.migrate_to_chat_id : undefined;
  return id === undefined ? undefined : String(id);
}

/** Calls that put something new into a chat each time. All others can be repeated without harm. */
const ADDS = /^(send(?!ChatAction$|MessageDraft$|RichMessageDraft$)|forward|copy)/;

function mayRepeat(method: string): boolean {
  return !ADDS.test(method);
}

function ofRefusal(error: GrammyError, method: string): ChannelError {
  const { kind, code, retry, says, isUncertain } = refusalOf(error);
  const waitS = error.parameters.retry_after;
  return new TelegramError(kind, code, says(detailOf(error)), {
    retry: waitS === undefined ? retry : { afterMs: waitS * 1000 },
    outcome: isUncertain && !mayRepeat(method) ? "unknown" : "did-not-happen",
  });
}

/** Telegram's own words without the status before them. */
function detailOf({ description }: GrammyError): string {
  return description.replace(/^(Bad Request|Forbidden|Conflict|Not Found|Internal Server Error): /, "");
}

const SENTENCES: Record<CallFailureKind, (reason: string) => string> = {
  "not-sent": (reason) => `Telegram could not be reached (${reason}).`,
  "cut-off": (reason) => `The connection to Telegram broke off (${reason}).`,
  "timed-out": () => "Telegram did not answer in time.",
  stopped: () => "The call to Telegram was ended because the gateway stops.",
  "bad-answer": (reason) => `Something else than Telegram answered (${reason}).`,
};

function ofFailure({ kind, reason, status = 0 }: CallFailure, method: string): ChannelError {
  if (status === 413) return new TelegramError(kind, "too-long", "It is too big for Telegram's server.");
  // Whoever answers 4xx, be it a proxy, has not passed the call on.
  const isTurnedAway = status >= 400 && status < 500;
  const isUncertain = kind !== "not-sent" && !isTurnedAway && !mayRepeat(method);
  return new TelegramError(
    kind,
    kind === "timed-out" ? "timed-out" : "unreachable",
    SENTENCES[kind](reason),
    {
      retry: "now",
      outcome: isUncertain ? "unknown" : "did-not-happen",
    },
  );
}
