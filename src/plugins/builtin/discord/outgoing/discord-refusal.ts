/** How long a platform wants us to be quiet. */
interface Quiet {
  readonly waitMs: number;
  /** Nothing of the account may go meanwhile, whatever the chat. */
  readonly isAccountWide: boolean;
}

/** What Discord said no to. Names neither the address, which may hold a secret, nor the payload. */
export class DiscordRefusal extends Error {
  override readonly name = "DiscordRefusal";
  readonly status: number;
  /** Discord's own number for it, where it has one. */
  readonly number: number | undefined;
  /** Set where we are told to wait. */
  readonly quiet: Quiet | undefined;

  constructor(status: number, number: number | undefined, detail: string, quiet?: Quiet) {
    super(detail);
    this.status = status;
    this.number = number;
    this.quiet = quiet;
  }
}

/** Cloudflare names no time where it shuts somebody out. */
const SHUT_OUT_MS = 60_000;
/** For an answer of Discord's own that names none. */
const UNNAMED_MS = 5000;

/** What an answer with the status 429 means. A page instead of an answer is Cloudflare's, which looks at the address alone. */
export function tooMany(headers: Headers, text: string): DiscordRefusal {
  const answer = objectIn(text);
  const seconds = waitIn(answer) ?? secondsIn(headers.get("retry-after"));
  const isAccountWide =
    answer === undefined ||
    answer["global"] === true ||
    headers.has("x-ratelimit-global") ||
    headers.get("x-ratelimit-scope") === "global";
  const waitMs =
    seconds === undefined ? (answer === undefined ? SHUT_OUT_MS : UNNAMED_MS) : Math.ceil(seconds * 1000);
  return new DiscordRefusal(429, numberIn(answer), messageIn(answer) ?? "too many requests", {
    waitMs,
    isAccountWide,
  });
}

/** The refusal in an answer; undefined for a page instead of one. */
export function refusalIn(status: number, text: string): DiscordRefusal | undefined {
  const answer = objectIn(text);
  const message = messageIn(answer);
  if (message === undefined) return undefined;
  const fields = [...fieldErrors(answer?.["errors"], "")];
  return new DiscordRefusal(status, numberIn(answer), [message, ...fields].join("; "));
}

/** Discord's list of what is wrong with single fields, each as `content[BASE_TYPE_MAX_LENGTH]: Must be …`. */
function* fieldErrors(errors: unknown, path: string): Generator<string> {
  if (errors === null || typeof errors !== "object") return;
  for (const [key, value] of Object.entries(errors) as [string, unknown][]) {
    if (key === "_errors" && Array.isArray(value)) {
      for (const one of value as unknown[]) yield* fieldError(one, path);
    } else yield* fieldErrors(value, path === "" ? key : `${path}.${key}`);
  }
}

function* fieldError(one: unknown, path: string): Generator<string> {
  if (one === null || typeof one !== "object" || !("message" in one)) return;
  const code = "code" in one ? `[${String(one.code)}]` : "";
  yield `${path}${code}: ${String(one.message)}`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return answer !== null && typeof answer === "object" ? { ...answer } : undefined;
  } catch {
    // A page instead of an answer.
    return undefined;
  }
}

function messageIn(answer: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const message = answer?.["message"];
  return typeof message === "string" ? message : undefined;
}

function numberIn(answer: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const number = answer?.["code"];
  return typeof number === "number" ? number : undefined;
}

function waitIn(answer: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const seconds = answer?.["retry_after"];
  return typeof seconds === "number" && seconds >= 0 ? seconds : undefined;
}

function secondsIn(header: string | null): number | undefined {
  const seconds = Number(header);
  return header !== null && header !== "" && seconds >= 0 ? seconds : undefined;
}
