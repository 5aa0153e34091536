import { ChannelError, type ChannelErrorFacts } from "../core/errors.ts";
import type { CallFailure, CallFailureKind } from "./call-failure.ts";
import type { Refusal } from "./refusals.ts";

/** A `ChannelError` that tells apart what the codes of the port do not. `Kind` is what the platform's table names. */
export class PlatformError<Kind extends string = string> extends ChannelError {
  readonly kind: Kind;

  constructor(kind: Kind, code: ChannelError["code"], message: string, facts?: ChannelErrorFacts) {
    super(code, message, facts);
    this.kind = kind;
  }
}

/** True for a `PlatformError` of one of the kinds. */
export function isKindOf(error: unknown, ...kinds: readonly string[]): boolean {
  return error instanceof PlatformError && kinds.includes(error.kind);
}

/** What is known of a call besides the platform's answer. */
export interface CallFacts {
  /** False for a call that puts something new into a chat each time and of which no copy is dropped. */
  readonly mayRepeat: boolean;
  /** When the platform itself says that it may be called again. */
  readonly waitMs?: number | undefined;
  readonly isAccountWide?: boolean;
}

/** The error of the port for what a platform refused. `detail` is the platform's own sentence. */
export function ofRefusal<Kind extends string>(
  { kind, code, retry, says, isUncertain }: Refusal<Kind>,
  detail: string,
  { mayRepeat, waitMs, isAccountWide = false }: CallFacts,
): PlatformError<Kind> {
  return new PlatformError(kind, code, says(detail), {
    retry: waitMs === undefined ? retry : { afterMs: waitMs },
    outcome: isUncertain && !mayRepeat ? "unknown" : "did-not-happen",
    isAccountWide,
  });
}

const SENTENCES: Record<CallFailureKind, (platform: string, reason: string) => string> = {
  "not-sent": (platform, reason) => `${platform} could not be reached (${reason}).`,
  "cut-off": (platform, reason) => `The connection to ${platform} broke off (${reason}).`,
  "timed-out": (platform) => `${platform} did not answer in time.`,
  stopped: (platform) => `The call to ${platform} was ended because the gateway stops.`,
  "bad-answer": (platform, reason) => `Something else than ${platform} answered (${reason}).`,
};

/** The error of the port for a call that got no answer. `platform` is its name as people know it. */
export function ofCallFailure(
  { kind, reason, status = 0 }: CallFailure,
  platform: string,
  { mayRepeat }: Pick<CallFacts, "mayRepeat">,
): PlatformError<CallFailureKind> {
  if (status === 413) return new PlatformError(kind, "too-long", `It is too big for ${platform}'s server.`);
  // Whoever answers 4xx, be it a proxy, has not passed the call on.
  const isTurnedAway = status >= 400 && status < 500;
  const isUncertain = kind !== "not-sent" && !isTurnedAway && !mayRepeat;
  const code = kind === "timed-out" ? "timed-out" : "unreachable";
  return new PlatformError(kind, code, SENTENCES[kind](platform, reason), {
    retry: "now",
    outcome: isUncertain ? "unknown" : "did-not-happen",
  });
}
