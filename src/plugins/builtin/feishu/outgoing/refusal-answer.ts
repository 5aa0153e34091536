/** What Feishu said when it refused a call. Holds no token. */
export class FeishuRefusal extends Error {
  override readonly name = "FeishuRefusal";
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Feishu's own number. */
  readonly code: number;
  /** Feishu's own sentence. */
  readonly detail: string;
  /** When Feishu says that it may be called again. */
  readonly waitMs: number | undefined;
  /** The scopes of which one would be enough, where that is what is missing. */
  readonly scopes: readonly string[];

  constructor(status: number, body: RefusalBody, waitMs: number | undefined) {
    super(`${body.code}: ${body.msg}`);
    this.status = status;
    this.code = body.code;
    this.detail = body.msg;
    this.waitMs = waitMs;
    this.scopes = scopesIn(body);
  }
}

/** An answer with a `code` that is not 0. */
export interface RefusalBody {
  readonly code: number;
  readonly msg: string;
  readonly error?: unknown;
}

/** The call itself never left: the token for it could not be had. The cause is why. */
export class NoToken extends Error {
  override readonly name = "NoToken";

  constructor(cause: unknown) {
    super("no token for the call", { cause });
  }
}

/** Feishu names them in a list of their own, and in its sentence in brackets. */
function scopesIn({ msg, error }: RefusalBody): readonly string[] {
  const listed =
    isRecord(error) && Array.isArray(error["permission_violations"]) ? error["permission_violations"] : [];
  const subjects = listed.flatMap((one: unknown) =>
    isRecord(one) && typeof one["subject"] === "string" ? [one["subject"]] : [],
  );
  if (subjects.length > 0) return subjects;
  const [, inBrackets = ""] = /scopes? (?:is|are) required: \[([^\]]*)\]/.exec(msg) ?? [];
  return inBrackets.split(/[,\s]+/).filter((scope) => /^[a-z][\w.]*:[\w.:]+$/.test(scope));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object";
}
