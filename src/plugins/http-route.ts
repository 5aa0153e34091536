export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/**
 * Answers a request: through `reply`, or with a `Response` of its own. What it throws is a 500 with a
 * reference; throw a `RequestError` to say more.
 */
export type HttpHandler = (request: HttpRequest, reply: HttpReply) => HttpAnswer | Promise<HttpAnswer>;

export type HttpAnswer = Response | HttpReply | void;

export interface HttpRequest {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  readonly path: string;
  /** The `:names` of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The last value of each name behind the `?`. */
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name; also with `get`, `has` and the rest of a web `Headers`. */
  readonly headers: Headers & Readonly<Record<string, string | undefined>>;
  /** The body as its type says: parsed JSON, the fields of a form, a text; undefined without one. */
  readonly body: unknown;
  /** The caller's network address. */
  readonly remote: string;
  bytes(): Uint8Array;
  text(): string;
  /** The body as JSON, whatever its type says. Throws `RequestError` "BAD_REQUEST" if it is none. */
  json(): unknown;
}

/** What the caller gets. `json`, `send` and `end` finish it; what comes after that is ignored. */
export interface HttpReply {
  status(code: number): HttpReply;
  set(name: string, value: string): HttpReply;
  /** The same, for several. */
  set(headers: Readonly<Record<string, string>>): HttpReply;
  json(value: unknown): HttpReply;
  /** A text or bytes as they are; anything else as JSON. */
  send(body?: unknown): HttpReply;
  end(body?: string | Uint8Array): HttpReply;
}

export interface HttpRouteOptions {
  /** `none`: anybody may call, and the handler knows its callers by itself. Default: the gateway's own credential. */
  readonly auth?: "gateway" | "none";
  /** Default 1 MiB, at most 32. */
  readonly maxBodyBytes?: number;
  /**
   * Further host names under which this one route may be called, such as the one that a platform was told. `*` is any:
   * for a handler that asks every caller for a secret.
   */
  readonly hosts?: readonly string[];
  /** How long the handler may take. Default 30 s, at most 600 s. */
  readonly timeoutMs?: number;
}

/** A way in over HTTP that a plugin has added. */
export interface PluginRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly handler: HttpHandler;
  readonly options: HttpRouteOptions;
}
