/**
 * `not-sent`: no byte of the call left us. `cut-off`: the connection ended in the middle. `timed-out`: no
 * answer in time. `stopped`: we ended the call ourselves. `bad-answer`: something else than the platform answered.
 */
export type CallFailureKind = "not-sent" | "cut-off" | "timed-out" | "stopped" | "bad-answer";

/** A call that got no answer of its platform. Names neither the address, which may hold a secret, nor the payload. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly kind: CallFailureKind;
  /** What went wrong, in the network's own word, such as `ECONNREFUSED`. */
  readonly reason: string;
  /** The HTTP status, where somebody answered. */
  readonly status: number | undefined;

  constructor(kind: CallFailureKind, reason: string, status?: number) {
    super(`${kind}: ${reason}`);
    this.kind = kind;
    this.reason = reason;
    this.status = status;
  }
}

/** Failures before the first byte of a request: nothing can have happened on the other side. */
const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "FailedToOpenSocket",
  "EPROTO",
  "UnsupportedProxyProtocol",
  "ERR_PROXY_TUNNEL",
]);
const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS|SELF_SIGNED/;

/** What became of a call that threw `thrown`; `isOurs` where we had it ended, `isLate` where time was up. */
export function toCallFailure(thrown: unknown, { isOurs, isLate }: { isOurs: boolean; isLate: boolean }) {
  if (thrown instanceof CallFailure) return thrown;
  if (isOurs) return new CallFailure("stopped", "the call was ended");
  if (isLate) return new CallFailure("timed-out", "no answer in time");
  const reason = reasonOf(thrown);
  if (BEFORE_SENDING.has(reason) || CERTIFICATE.test(reason)) return new CallFailure("not-sent", reason);
  if (thrown instanceof SyntaxError) return new CallFailure("bad-answer", "an answer that is no JSON");
  return new CallFailure("cut-off", reason);
}

/** The code of a network error. Its message and path would name the address. */
function reasonOf(error: unknown): string {
  if (error !== null && typeof error === "object" && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return error instanceof Error ? error.name : "unknown";
}
