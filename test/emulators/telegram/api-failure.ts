import type { ApiError, ResponseParameters } from "@grammyjs/types";

/** A request that the Bot API refuses, in its own words. */
export class ApiFailure extends Error {
  readonly code: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }

  asAnswer(): ApiError {
    const { code, message, parameters } = this;
    return {
      ok: false,
      error_code: code,
      description: message,
      ...(parameters ? { parameters } : {}),
    } satisfies ApiError;
  }
}

/** What the real server answers to nearly every mistake of a bot. */
export function badRequest(sentence: string): ApiFailure {
  return new ApiFailure(400, `Bad Request: ${sentence}`);
}

export function forbidden(sentence: string): ApiFailure {
  return new ApiFailure(403, `Forbidden: ${sentence}`);
}
