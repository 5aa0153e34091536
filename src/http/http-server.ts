import type { Bind } from "../core/config-bind.ts";
import { RequestError } from "../core/errors.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import type { GatewayAuth, Grant } from "../security/gateway-auth.ts";
import { hostRefusal, isLoopbackAddress, type OriginRules, originRefusal } from "../security/origin.ts";
import { failureOf } from "../ws/failure.ts";
import { settledOr, type SocketData, type Sockets } from "../ws/sockets.ts";
import { nearest } from "../lib/nearest.ts";
import { readBody } from "./body.ts";
import { listen } from "./listen.ts";
import { failureResponse, withSafeHeaders } from "./respond.ts";
import type { Match, Route, RouteCall, Router } from "./router.ts";

type Server = Bun.Server<SocketData>;

export interface HttpServerParts {
  readonly bind: Bind;
  readonly port: number;
  /** Read at each request, so that a reload takes effect at once. */
  readonly origins: () => Omit<OriginRules, "isOnAllInterfaces">;
  readonly auth: GatewayAuth;
  readonly router: Router;
  readonly sockets: Sockets;
  readonly log: Logger;
}

const SOCKET_PATH = "/ws";
const DEFAULT_BODY_BYTES = 1024 * 1024;
/** Beyond any route's own limit: what Bun itself refuses to take. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;
const SECRET_PARAMS = ["token", "access_token", "password"];

/**
 * The gateway's one port: routes, and the upgrade to the socket on `/ws`. Checks `Host` and `Origin` of
 * everything that comes in, then who asks, then lets a route answer.
 */
export class HttpServer implements Service {
  readonly name = "http";
  readonly #parts: HttpServerParts;
  #servers: readonly Server[] = [];
  #isStopping = false;

  constructor(parts: HttpServerParts) {
    this.#parts = parts;
  }

  /** Where this machine's own programs reach us. Throws before `start`. */
  get url(): string {
    const port = this.#servers[0]?.port;
    if (port === undefined) throw new RequestError("UNAVAILABLE", "The gateway does not listen yet.");
    return `http://localhost:${port}`;
  }

  /** Rejects with `ListenError` when the port cannot be had. */
  async start(): Promise<void> {
    const { bind, port, log } = this.#parts;
    this.#isStopping = false;
    this.#servers = await listen(bind.reach, port, (hostname, at) => this.#serve(hostname, at));
    const addresses = this.#servers.map((server) => `${server.hostname}:${server.port}`);
    log.info({ addresses, why: bind.why }, "listening");
  }

  async stop(signal: AbortSignal): Promise<void> {
    this.#isStopping = true;
    await this.#parts.sockets.stop(signal);
    const servers = this.#servers;
    this.#servers = [];
    await settledOr(
      signal,
      servers.map((server) => server.stop()),
    );
    await Promise.all(servers.map((server) => server.stop(true)));
  }

  #serve(hostname: string, port: number): Server {
    return Bun.serve<SocketData>({
      hostname,
      port,
      maxRequestBodySize: MOST_BODY_BYTES,
      development: false,
      // Bun would share a taken port, and take every other request away from whoever has it.
      reusePort: false,
      fetch: (request, server) => this.#answer(request, server),
      error: (error) => withSafeHeaders(this.#failure(error)),
      websocket: this.#parts.sockets.handlers,
    });
  }

  /** Undefined once the request has become a socket. */
  async #answer(request: Request, server: Server): Promise<Response | undefined> {
    const remote = server.requestIP(request)?.address ?? "unknown";
    try {
      const response = await this.#route(request, server, remote);
      return response && withSafeHeaders(allowOrigin(request, response));
    } catch (error) {
      this.#logRefusal(error, request, remote);
      return withSafeHeaders(allowOrigin(request, this.#failure(error)));
    }
  }

  async #route(request: Request, server: Server, remote: string): Promise<Response | undefined> {
    if (this.#isStopping) throw new RequestError("UNAVAILABLE", "The gateway is stopping.");
    const url = urlOf(request);
    const match = this.#parts.router.match(request.method, url.pathname);
    const route = match.kind === "found" ? match.route : undefined;
    this.#checkOrigin(request, route);
    if (request.method === "OPTIONS" && match.kind !== "found") return preflight(match);
    if (route?.auth !== "own") refuseSecretsInQuery(url);
    if (url.pathname === SOCKET_PATH) return this.#upgrade(request, server, remote);
    if (isUpgrade(request)) throw new RequestError("NOT_FOUND", `The WebSocket is at ${SOCKET_PATH}.`);
    if (match.kind === "wrong-method") return wrongMethod(request.method, match.allowed);
    if (match.kind !== "found") throw this.#unmatched(match, url.pathname);
    // 0: no limit.
    const keepOpen = () => server.timeout(request, 0);
    return this.#run(match, { request, url, remote, keepOpen });
  }

  async #run(
    match: Match & { kind: "found" },
    asked: Pick<RouteCall, "request" | "url" | "remote" | "keepOpen">,
  ): Promise<Response> {
    const { request, remote } = asked;
    const { route, params, rawParams } = match;
    const principal = () => this.#grantOf(request, remote)?.principal;
    if (route.auth === "admin") this.#assertAdmin(principal());
    const limit = route.maxBodyBytes ?? DEFAULT_BODY_BYTES;
    const body = () => readBody(request, limit);
    const call: RouteCall = { ...asked, params, rawParams, principal, body };
    const response = await route.run(call);
    if (request.method !== "HEAD") return response;
    return new Response(null, { status: response.status, headers: response.headers });
  }

  #upgrade(request: Request, server: Server, remote: string): Response | undefined {
    if (!isUpgrade(request)) {
      const message = `${SOCKET_PATH} is a WebSocket; connect with ws:// or wss://.`;
      const error = { code: "BAD_REQUEST", message, retryable: false } as const;
      return Response.json({ error }, { status: 426, headers: { Upgrade: "websocket" } });
    }
    const grant = this.#grantOf(request, remote);
    const refusal = this.#parts.sockets.refusal(grant);
    if (refusal !== undefined) throw new RequestError("BUSY", refusal, { retry: { afterMs: 5000 } });
    if (server.upgrade(request, { data: { remote, grant } })) return undefined;
    throw new RequestError("BAD_REQUEST", "This is no valid WebSocket handshake.");
  }

  #grantOf(request: Request, remote: string): Grant | undefined {
    return this.#parts.auth.checkHeader(request.headers.get("authorization"), remote);
  }

  #assertAdmin(principal: ReturnType<RouteCall["principal"]>): void {
    if (principal?.kind === "admin") return;
    const { missing } = this.#parts.auth;
    if (principal) throw new RequestError("FORBIDDEN", "This needs the gateway's own credential.");
    throw new RequestError("UNAUTHORIZED", `Send the header Authorization: Bearer <token>. ${missing}`);
  }

  #checkOrigin(request: Request, route: Route | undefined): void {
    const rules = { ...this.#parts.origins(), isOnAllInterfaces: this.#parts.bind.reach === "all" };
    const host = request.headers.get("host");
    const refusal =
      hostRefusal(host, rules, route?.hosts) ?? originRefusal(request.headers.get("origin"), host, rules);
    if (refusal !== undefined) throw new RequestError("FORBIDDEN", refusal);
  }

  #unmatched(match: Match, path: string): RequestError {
    if (match.kind === "malformed") {
      return new RequestError("BAD_REQUEST", "The path has broken percent-encoding.");
    }
    const close = nearest(path, [SOCKET_PATH, ...this.#parts.router.patterns]);
    const hint = close === undefined ? "" : ` Did you mean ${close}?`;
    return new RequestError("NOT_FOUND", `There is nothing at ${path.slice(0, 200)}.${hint}`);
  }

  #failure(error: unknown): Response {
    return failureResponse(failureOf(error, this.#parts.log));
  }

  // Refusals of strangers are worth a line: they explain why a page or a webhook does not work.
  #logRefusal(error: unknown, request: Request, remote: string): void {
    if (!(error instanceof RequestError)) return;
    const { code, message: reason } = error;
    const isOwn = isLoopbackAddress(remote) && code !== "FORBIDDEN";
    this.#parts.log[isOwn ? "debug" : "info"](
      { code, reason, method: request.method, remote },
      "request refused",
    );
  }
}

function wrongMethod(method: string, allowed: readonly string[]): Response {
  const names = allowed.join(", ");
  const message = `${method} is not possible here; possible: ${names}.`;
  return failureResponse({ code: "METHOD_NOT_ALLOWED", message, retryable: false }, { Allow: names });
}

function urlOf(request: Request): URL {
  // Without a usable Host header Bun hands over the bare path.
  if (URL.canParse(request.url)) return new URL(request.url);
  throw new RequestError("BAD_REQUEST", "The Host header or the address is malformed.");
}

function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

function refuseSecretsInQuery(url: URL): void {
  const name = SECRET_PARAMS.find((param) => url.searchParams.has(param));
  if (name === undefined) return;
  throw new RequestError(
    "BAD_REQUEST",
    `A credential never goes into the address (${name}=…): it would stand in histories and logs. Send the header ` +
      "Authorization: Bearer <token>, or open the page with #token=… instead.",
  );
}

/** The `Origin` of a request that got here is allowed: its page may also read the answer. */
function allowOrigin(request: Request, response: Response): Response {
  const origin = request.headers.get("origin");
  if (origin === null || response.status === 403) return response;
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.append("Vary", "Origin");
  return response;
}

/** What a browser asks before it lets a page of another origin call us. */
function preflight(match: Match): Response {
  const methods = match.kind === "wrong-method" ? match.allowed.join(", ") : "";
  return new Response(null, {
    status: 204,
    headers: {
      Allow: methods,
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers": "Authorization, Content-Type",
      "Access-Control-Max-Age": "600",
    },
  });
}
