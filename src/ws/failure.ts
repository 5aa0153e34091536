import { GatewayError, RequestError, type RequestErrorCode, type Retry } from "../core/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { newRef } from "../lib/ref.ts";

/** What a client is told about an error: never a stack, a path, or a secret. */
export interface Failure {
  readonly code: RequestErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Names the log line that has the rest. */
  readonly ref?: string;
}

/** Turns any error into what its client is told; what is not meant for clients goes to the log under a reference. */
export function failureOf(error: unknown, log: Logger): Failure {
  if (error instanceof RequestError && error.code !== "INTERNAL") {
    return { code: error.code, message: error.message, ...retryFacts(error.retry) };
  }
  const ref = newRef();
  log.error({ ref, err: error }, "request failed");
  if (error instanceof GatewayError) {
    const message = `${error.userMessage ?? "This cannot be done right now."} (ref ${ref})`;
    const code = error.retry === "never" ? "INTERNAL" : "UNAVAILABLE";
    return { code, message, ...retryFacts(error.retry), ref };
  }
  return { code: "INTERNAL", message: `Something went wrong here (ref ${ref})`, retryable: false, ref };
}

function retryFacts(retry: Retry): Pick<Failure, "retryable" | "retryAfterMs"> {
  if (typeof retry === "object") return { retryable: true, retryAfterMs: retry.afterMs };
  return { retryable: retry === "now" };
}
