import { RequestError } from "../core/errors.ts";
import { forClient } from "./for-client.ts";
import type { HttpAnswer, HttpReply, HttpRequest, PluginRoute } from "./http-route.ts";

/** A request for a route of a plugin, as the gateway's door has it. */
export interface HttpFacts {
  readonly request: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly remote: string;
  readonly body: () => Promise<Uint8Array>;
}

const DEFAULT_LIMIT_MS = 30_000;
const MOST_LIMIT_MS = 600_000;

/** Lets a plugin answer a request. Rejects as {@link forClient} does. */
export async function exchange(route: PluginRoute, owner: string, facts: HttpFacts): Promise<Response> {
  const { method, path, handler, options } = route;
  const limitMs = Math.min(options.timeoutMs ?? DEFAULT_LIMIT_MS, MOST_LIMIT_MS);
  const request = new PluginRequest(facts, await facts.body());
  const reply = new Reply();
  return forClient(owner, `${method} ${path}`, limitMs, async () =>
    responseOf(await handler(request, reply), reply),
  );
}

async function responseOf(answer: HttpAnswer, reply: Reply): Promise<Response> {
  if (answer instanceof Response) {
    // A copy, because the headers of some responses cannot be added to.
    const { status, statusText, headers } = answer;
    return new Response(answer.body, { status, statusText, headers });
  }
  if (answer !== undefined && answer !== reply) {
    throw new TypeError("a handler returns a Response, or answers through its second argument");
  }
  return reply.finished;
}

class PluginRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: HttpRequest["headers"];
  readonly remote: string;
  readonly #bytes: Uint8Array;

  constructor({ request, url, params, remote }: HttpFacts, bytes: Uint8Array) {
    this.method = request.method;
    this.url = url.href;
    this.path = url.pathname;
    this.params = params;
    this.query = Object.fromEntries(url.searchParams);
    this.headers = readable(request.headers);
    this.remote = remote;
    this.#bytes = bytes;
  }

  get body(): unknown {
    if (this.#bytes.length === 0) return undefined;
    const type = (this.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (type === "application/json" || type.endsWith("+json")) return this.json();
    if (type === "application/x-www-form-urlencoded") {
      return Object.fromEntries(new URLSearchParams(this.text()));
    }
    return type.startsWith("text/") ? this.text() : this.bytes();
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  json(): unknown {
    try {
      return JSON.parse(this.text());
    } catch (cause) {
      throw new RequestError("BAD_REQUEST", "The body is not valid JSON.", { cause });
    }
  }
}

/** Headers that can be read in both ways: `headers.get("x")` and `headers["x"]`. */
function readable(headers: Headers): HttpRequest["headers"] {
  const copy = new Headers(headers);
  for (const [name, value] of headers) {
    if (!(name in copy)) Object.defineProperty(copy, name, { value });
  }
  return copy as HttpRequest["headers"]; // The loop above has made it so.
}

class Reply implements HttpReply {
  readonly #headers = new Headers();
  readonly #finished = Promise.withResolvers<Response>();
  #status = 200;

  get finished(): Promise<Response> {
    return this.#finished.promise;
  }

  status(code: number): this {
    this.#status = code;
    return this;
  }

  set(name: string | Readonly<Record<string, string>>, value = ""): this {
    const all = typeof name === "string" ? { [name]: value } : name;
    for (const [key, text] of Object.entries(all)) this.#headers.set(key, text);
    return this;
  }

  json(value: unknown): this {
    return this.#finish(JSON.stringify(value ?? null), "application/json");
  }

  send(body?: unknown): this {
    if (body === undefined || body === null) return this.#finish(null);
    if (typeof body === "string") return this.#finish(body, "text/plain; charset=utf-8");
    return body instanceof Uint8Array ? this.#finish(body, "application/octet-stream") : this.json(body);
  }

  end(body?: string | Uint8Array): this {
    return this.send(body);
  }

  #finish(body: string | Uint8Array | null, type?: string): this {
    if (type !== undefined && !this.#headers.has("content-type")) this.#headers.set("content-type", type);
    this.#finished.resolve(new Response(body, { status: this.#status, headers: this.#headers }));
    return this;
  }
}
