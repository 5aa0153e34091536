import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../src/lib/clock.ts";
import type { Call, CallLog } from "./call-log.ts";
import { UPDATE_FAULTS, type Fault, type FaultScript, type FaultSubject } from "./faults.ts";

/** A request whose body has arrived. */
export interface Exchange {
  readonly verb: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Aborted once the client has gone away, or the server is closed. */
  readonly gone: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Set where the request changed nothing, because its like had come before. */
  readonly isRepeat?: boolean;
}

/** What a request is about, and what answers it. */
export interface Errand extends FaultSubject {
  readonly by: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  serve(): Promise<Reply>;
}

/** A platform behind an {@link HttpServer}: what its requests mean, and how it refuses them. */
export interface Platform {
  /** What can be told of a request by its path alone, before its body has come. */
  subjectOf(url: URL): FaultSubject;
  read(exchange: Exchange): Promise<Errand>;
  refusal(fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply;
  /** Requests that no fault meets and no log shows, such as those of the tests themselves. */
  isAside(url: URL): boolean;
}

const REQUEST_FAULTS: ReadonlySet<Fault["kind"]> = new Set([
  "429",
  "5xx",
  "502-html",
  "drop-before",
  "drop-after",
  "half-open",
  "truncated",
  "malformed",
  "slow",
  "outage",
]);
const UPLOAD_FAULTS: ReadonlySet<Fault["kind"]> = new Set(["reset-upload"]);
const BAD_GATEWAY =
  "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/** Serves a platform on loopback, lets go wrong what the fault script says, and writes every call down. */
export class HttpServer {
  readonly #server: Server;
  readonly #platform: Platform;
  readonly #faults: FaultScript;
  readonly #calls: CallLog;
  readonly #clock: Clock;
  readonly #onCall: () => void;
  readonly #closed = new AbortController();

  /** `onCall` is told of every entry of the log, when it is written and when it ends. */
  constructor(parts: {
    platform: Platform;
    faults: FaultScript;
    calls: CallLog;
    clock: Clock;
    onCall: () => void;
  }) {
    this.#onCall = parts.onCall;
    this.#platform = parts.platform;
    this.#faults = parts.faults;
    this.#calls = parts.calls;
    this.#clock = parts.clock;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Resolves to the address once it listens; another port than 0 takes just that one. */
  async listen(port = 0): Promise<string> {
    const listening = Promise.withResolvers<void>();
    this.#server.once("error", listening.reject);
    this.#server.listen(port, "127.0.0.1", () => listening.resolve());
    await listening.promise;
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    request.once("error", () => gone.abort());
    const isAside = this.#platform.isAside(url);
    const subject = this.#platform.subjectOf(url);
    if (!isAside && this.#faults.take(subject, UPLOAD_FAULTS)) {
      this.#note({ ...subject, by: undefined, params: {} }, "reset-upload");
      request.once("data", () => request.socket.resetAndDestroy());
      request.once("end", () => request.socket.destroy());
      return;
    }
    const body = await readBody(request);
    if (!body) return;
    const exchange: Exchange = {
      verb: request.method ?? "GET",
      url,
      headers: headersOf(request),
      body,
      gone: AbortSignal.any([gone.signal, this.#closed.signal]),
    };
    try {
      const errand = await this.#platform.read(exchange);
      if (isAside) write(response, await errand.serve());
      else await this.#serve(errand, exchange, response);
    } catch (error) {
      // A mistake of the stand-in itself: the client must not wait for ever, and the test must see it.
      if (!response.headersSent) write(response, { status: 500, body: `stand-in: ${String(error)}` });
    }
  }

  async #serve(errand: Errand, exchange: Exchange, response: ServerResponse): Promise<void> {
    const fault = this.#faults.take(errand, REQUEST_FAULTS);
    const call = this.#note(errand, fault?.kind);
    const end = (status: Call["status"]) => {
      call.status = status;
      call.endedAtMs = this.#clock.now();
      this.#onCall();
    };
    const cut = () => {
      response.socket?.destroy();
      end("cut");
    };
    if (fault?.kind === "half-open") return;
    if (fault?.kind === "drop-before" || fault?.kind === "outage") return cut();
    const refusal = fault && this.#refusal(fault);
    if (refusal) {
      write(response, refusal);
      return end(refusal.status);
    }
    const reply = await errand.serve();
    call.hasHappened = reply.status < 300 && !reply.isRepeat;
    end((await this.#answer(reply, fault, exchange.gone, response)) ? reply.status : "cut");
  }

  /** Sends the answer of a request that was served; false if it did not get through whole. */
  async #answer(
    reply: Reply,
    fault: Fault | undefined,
    gone: AbortSignal,
    response: ServerResponse,
  ): Promise<boolean> {
    if (fault?.kind === "slow") await this.#clock.sleep(fault.ms, gone);
    if (fault?.kind === "truncated") await truncate(response, reply);
    if (fault?.kind === "truncated" || fault?.kind === "drop-after" || gone.aborted) {
      response.socket?.destroy();
      return false;
    }
    write(response, fault?.kind === "malformed" ? { ...reply, body: "<html>{" } : reply);
    return true;
  }

  #refusal(fault: Fault): Reply | undefined {
    if (fault.kind === "502-html") return html(502, BAD_GATEWAY);
    if (fault.kind === "5xx") return this.#platform.refusal(fault);
    if (fault.kind !== "429") return undefined;
    const said = this.#platform.refusal(fault);
    const headers = { "retry-after": String(fault.retryAfter), ...said.headers };
    if (fault.in === "html") return html(said.status, "<html>Too Many Requests</html>", headers);
    if (fault.in === "header") return { status: said.status, headers, body: "" };
    return said;
  }

  #note(errand: Omit<Errand, "serve">, fault: Fault["kind"] | undefined): Call {
    const { method, by, chat, params } = errand;
    const call: Call = {
      atMs: this.#clock.now(),
      method,
      by,
      chat,
      params,
      status: "open",
      hasHappened: false,
      ...(fault && !UPDATE_FAULTS.has(fault) ? { fault } : {}),
    };
    this.#calls.all.push(call);
    this.#onCall();
    return call;
  }
}

/** The body of a request; undefined if the client went away while sending it. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  const ended = Promise.withResolvers<boolean>();
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", () => ended.resolve(true));
  request.once("error", () => ended.resolve(false));
  request.once("close", () => ended.resolve(false));
  if (!(await ended.promise)) return undefined;
  const sent = new Uint8Array(Buffer.concat(chunks));
  return request.headers["content-encoding"] === "gzip" ? Bun.gunzipSync(sent) : sent;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

function html(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...headers, "content-type": "text/html" }, body };
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, {
    "content-type": "application/json",
    ...headers,
    "content-length": String(bytes.length),
  });
  response.end(bytes);
}

/** Sends the head and half of the body. */
async function truncate(response: ServerResponse, { status, body }: Reply): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": String(bytes.length) });
  const sent = Promise.withResolvers<void>();
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => sent.resolve());
  await sent.promise;
}
