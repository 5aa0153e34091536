import type { RequestErrorCode } from "../core/errors.ts";
import type { Failure } from "../ws/failure.ts";

const STATUS: Readonly<Record<RequestErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UNKNOWN_METHOD: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  TIMED_OUT: 408,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  BUSY: 503,
  UNAVAILABLE: 503,
};

/** What a failed request is answered: the same words as on the socket, with the status that fits them. */
export function failureResponse(error: Failure, headers: Readonly<Record<string, string>> = {}): Response {
  const response = Response.json({ error }, { status: STATUS[error.code], headers });
  if (error.code === "UNAUTHORIZED") response.headers.set("WWW-Authenticate", 'Bearer realm="pi-gateway"');
  if (error.retryAfterMs !== undefined) {
    response.headers.set("Retry-After", String(Math.ceil(error.retryAfterMs / 1000)));
  }
  return response;
}

const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
};

/** Adds the headers that every answer has; a route's own ones stay. */
export function withSafeHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(SAFE_HEADERS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

/**
 * What the page may do: run its own scripts and styles, show its own and inlined pictures, and talk to us.
 * `host` is the checked `Host` header.
 */
export function pagePolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' data: blob:",
    // Not every browser counts a socket to the same host as 'self'.
    `connect-src 'self' ws://${host} wss://${host}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
