/**
 * Two questions decide what happens after a failure, so every error answers them:
 * may we try again, and did it perhaps happen after all?
 */
export type Retry = "never" | "now" | { readonly afterMs: number };
export type Outcome = "did-not-happen" | "unknown";

export abstract class GatewayError extends Error {
  abstract readonly code: string;
  readonly retry: Retry;
  readonly outcome: Outcome;
  /** What to tell the person in the chat, if anything. Never holds secrets or stack traces. */
  readonly userMessage: string | undefined;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.retry = facts.retry ?? "never";
    this.outcome = facts.outcome ?? "did-not-happen";
    this.userMessage = facts.userMessage;
  }
}

export interface ErrorFacts {
  readonly retry?: Retry;
  readonly outcome?: Outcome;
  readonly userMessage?: string;
  readonly cause?: unknown;
}

export type ChannelErrorCode =
  | "rate-limited"
  | "format-refused"
  | "too-long"
  | "not-found"
  | "forbidden"
  | "unauthorized"
  | "unreachable"
  | "timed-out";

/** The only error a channel throws. Each channel has one function that makes it: `errors.ts`. */
export class ChannelError extends GatewayError {
  readonly code: ChannelErrorCode;
  /** The rate limit is one of the whole account: nothing of it may go meanwhile, whatever the chat. */
  readonly isAccountWide: boolean;
  constructor(code: ChannelErrorCode, message: string, facts?: ChannelErrorFacts) {
    super(message, facts);
    this.code = code;
    this.isAccountWide = facts?.isAccountWide ?? false;
  }
}

export interface ChannelErrorFacts extends ErrorFacts {
  readonly isAccountWide?: boolean;
}

export type FetchErrorCode =
  /** The address is none that the gateway may fetch from; the message names the key that decides. */
  | "refused-address"
  | "too-large"
  | "not-found"
  /** The server answered with another failure. */
  | "failed"
  | "unreachable"
  | "timed-out";

/** A file could not be fetched. */
export class FetchError extends GatewayError {
  readonly code: FetchErrorCode;
  constructor(code: FetchErrorCode, message: string, facts?: ErrorFacts) {
    super(message, facts);
    this.code = code;
  }
}

export type AgentErrorCode =
  /** The provider refused or failed; the message is what it said. */
  | "model-failed"
  /** The process ended in the middle. Another may go on. */
  | "process-died"
  /** No pi could be started: missing, broken, or not pi. */
  | "unavailable"
  /** pi did not answer a command in time. */
  | "timed-out"
  /** pi answered a command with a refusal. */
  | "refused";

/** pi could not finish: the model failed, the process died, or the turn took too long. */
export class AgentError extends GatewayError {
  readonly code: AgentErrorCode;
  constructor(code: AgentErrorCode, message: string, facts?: ErrorFacts) {
    super(message, facts);
    this.code = code;
  }
}

/** No model answered: the message is what the last one said, without secrets. */
export class ModelError extends AgentError {
  /** What each model said that was asked, in order. */
  readonly tried: readonly { readonly model: string; readonly said: string }[];
  /** The model that a person has chosen for this conversation: no other was asked. */
  readonly pinned: string | undefined;
  constructor(message: string, { tried, pinned }: Partial<Pick<ModelError, "tried" | "pinned">> = {}) {
    super("model-failed", message);
    this.tried = tried ?? [];
    this.pinned = pinned;
  }
}

/** The engine could not write or read. Nothing has happened; trying again later may work. */
export class StoreError extends GatewayError {
  readonly code: "full" | "read-only" | "corrupt" | "locked" | "failed";
  constructor(code: StoreError["code"], message: string, facts?: ErrorFacts) {
    super(message, { retry: { afterMs: 1000 }, ...facts });
    this.code = code;
  }
}

export type RequestErrorCode =
  | "BAD_REQUEST"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "UNKNOWN_METHOD"
  | "METHOD_NOT_ALLOWED"
  | "CONFLICT"
  | "TIMED_OUT"
  | "TOO_LARGE"
  | "UNSUPPORTED_MEDIA"
  | "RATE_LIMITED"
  | "BUSY"
  | "UNAVAILABLE"
  | "INTERNAL";

/** What a client of our HTTP and WebSocket doors is told. The message is for a person. */
export class RequestError extends GatewayError {
  readonly code: RequestErrorCode;
  constructor(code: RequestErrorCode, message: string, facts?: ErrorFacts) {
    super(message, facts);
    this.code = code;
  }
}

/** A name that is registered already. */
export class NameTakenError extends GatewayError {
  readonly code = "name-taken";
}

/** The configuration cannot be used. Each problem is one line with its place and its fix. */
export class ConfigError extends GatewayError {
  readonly code = "bad-config";
  readonly problems: readonly string[];
  /** What would only have been a warning, had the rest been right; a misspelt key often explains a problem. */
  readonly warnings: readonly string[];
  constructor(problems: readonly string[], warnings: readonly string[] = []) {
    super(problems.join("\n"));
    this.problems = problems;
    this.warnings = warnings;
  }
}
