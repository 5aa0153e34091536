import type { Reply } from "../common/http-server.ts";

/** A request that the platform refuses, in its own words. */
export class ApiFailure extends Error {
  readonly code: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: number,
    sentence: string,
    more: { status?: number; headers?: Record<string, string>; error?: Record<string, unknown> } = {},
  ) {
    super(sentence);
    this.code = code;
    this.status = more.status ?? 400;
    this.headers = more.headers ?? {};
    this.error = more.error;
  }

  asReply(logId: string): Reply {
    const body = {
      code: this.code,
      msg: this.message,
      error: { log_id: logId, ...this.error },
    };
    return { status: this.status, headers: this.headers, body: JSON.stringify(body) };
  }
}

/** What the platform answers to a parameter that it does not take. */
export function invalidParameter(what: string): ApiFailure {
  return new ApiFailure(230001, `Your request contains an invalid request parameter, ext=${what}`);
}

export function tooFast(code: number, sentence: string, resetS: number, status = 400): ApiFailure {
  return new ApiFailure(code, sentence, { status, headers: { "x-ogw-ratelimit-reset": String(resetS) } });
}

/** What an app without any of these scopes is told. */
export function scopeMissing(appId: string, scopes: readonly string[]): ApiFailure {
  const list = scopes.join(", ");
  const url = `https://open.feishu.cn/app/${appId}/auth?q=${scopes.join(",")}&op_from=openapi&token_type=tenant`;
  const sentence =
    `Access denied. One of the following scopes is required: [${list}].` +
    `应用尚未开通所需的应用身份权限：[${list}]，点击链接申请并开通任一权限即可：${url}`;
  return new ApiFailure(99991672, sentence, {
    error: {
      permission_violations: scopes.map((subject) => ({ type: "action_scope_required", subject })),
      helps: [{ url, description: "Please apply for the scopes" }],
    },
  });
}
