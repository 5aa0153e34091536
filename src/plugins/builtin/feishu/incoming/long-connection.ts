import { EventDispatcher, LoggerLevel, WSClient } from "@larksuiteoapi/node-sdk";
import { CallFailure } from "../../../call-failure.ts";
import { Reconnect, type ReconnectParts } from "../../../reconnect.ts";
import { originOf, sdkLogger } from "../outgoing/api.ts";
import { refusedAs } from "../outgoing/errors.ts";
import { FetchHttp, type HttpCall } from "../outgoing/fetch-http.ts";
import type { Intake } from "./intake.ts";
import { feishuWords, TOO_MANY_CONNECTIONS } from "./reconnect-words.ts";
import { openEnvelope } from "./wire.ts";

/** What it takes to open a long connection. */
export interface LineFacts {
  readonly appId: string;
  readonly appSecret: string;
  readonly domain: string;
  /** The way out; none when absent. */
  readonly proxy?: string | undefined;
  /** How long an answer to a ping may take; 10 s when absent. */
  readonly pingTimeoutMs?: number | undefined;
  /** How long Feishu may take to say where to connect; 15 s when absent. */
  readonly callLimitMs?: number | undefined;
}

export interface LongConnectionParts extends ReconnectParts {
  readonly line: LineFacts;
  readonly intake: Pick<Intake, "take">;
  /** Told of each event, before it is handed over. */
  readonly onEvent: () => void;
}

const PING_TIMEOUT_MS = 10_000;
const HANDSHAKE_MS = 15_000;
const ENDPOINT_MS = 15_000;
/** Connections that nobody uses any more take a while to be counted out. */
const TOO_MANY_MS = 60_000;
const ENDPOINT = "the long connection";
const PRESS = "card.action.trigger";

/**
 * Hears events over the SDK's long connection until `signal` aborts, or until Feishu does not know the app. The SDK
 * opens a connection, answers pings and puts fragments together; each of its clients is used for one connection only,
 * because its own reconnecting gives up, waits for minutes and tells nobody why.
 */
export class LongConnection {
  readonly #parts: LongConnectionParts;
  readonly #reconnect: Reconnect;
  readonly #open = new Set<Promise<unknown>>();
  #isOver = false;

  constructor(parts: LongConnectionParts) {
    this.#parts = parts;
    this.#reconnect = new Reconnect(parts, feishuWords);
  }

  /** Nothing is taken any more once it resolves. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isOver = false;
    while (!signal.aborted) {
      try {
        await this.#hold(signal);
      } catch (error) {
        if (signal.aborted || !(await this.#afterLoss(error, signal))) break;
      }
    }
    this.#isOver = true;
    await Promise.all(this.#open);
  }

  /** Resolves once `signal` aborts; rejects with the reason why the line was lost or could not be had. */
  async #hold(signal: AbortSignal): Promise<void> {
    const { line, log } = this.#parts;
    const { appId, appSecret, domain, proxy, pingTimeoutMs = PING_TIMEOUT_MS } = line;
    const { callLimitMs = ENDPOINT_MS } = line;
    const ended = Promise.withResolvers<void>();
    const fail = (error: unknown) => ended.reject(error);
    const stop = () => ended.resolve();
    signal.addEventListener("abort", stop, { once: true });
    const client = new WSClient({
      appId,
      appSecret,
      domain: originOf(domain),
      // Of its HTTP client the SDK only uses `request` here.
      httpInstance: new Endpoint({ proxy, callLimitMs, signal }, fail) as unknown as NonNullable<
        WsOptions["httpInstance"]
      >,
      logger: sdkLogger(log),
      loggerLevel: LoggerLevel.warn,
      handshakeTimeoutMs: HANDSHAKE_MS,
      wsConfig: { pingTimeout: pingTimeoutMs / 1000 },
      // Under Bun the SDK's socket takes the proxy, and nothing else, from here.
      ...(proxy === undefined ? {} : { agent: { proxy } }),
      onReady: () => this.#reconnect.succeeded(),
      onReconnecting: () => fail(new CallFailure("cut-off", "the connection ended")),
      onError: (error) => fail(new CallFailure("cut-off", error.message)),
    });
    try {
      await client.start({ eventDispatcher: this.#dispatcher() });
      await ended.promise;
      await this.#settle();
    } finally {
      signal.removeEventListener("abort", stop);
      client.close({ force: !signal.aborted });
    }
  }

  /** At the end: what has been taken is acknowledged, and nothing more is taken. */
  async #settle(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#open);
    // The SDK sends its answer a moment after it has ours.
    await new Promise((resolve) => void setImmediate(resolve));
  }

  /** False where another try is of no use. */
  async #afterLoss(error: unknown, signal: AbortSignal): Promise<boolean> {
    if (refusedAs(error) !== "too-many-connections") return this.#reconnect.failed(error, ENDPOINT, signal);
    const { connection, clock, log } = this.#parts;
    log[connection.hasRival ? "debug" : "warn"]({ waitMs: TOO_MANY_MS }, TOO_MANY_CONNECTIONS);
    connection.hasRival = true;
    connection.becomes("failed", TOO_MANY_CONNECTIONS);
    await clock.sleep(TOO_MANY_MS, signal);
    return true;
  }

  /** Hands events over as they are. What throws is not acknowledged, and comes again. */
  #dispatcher(): EventDispatcher {
    const take = (body: unknown) => {
      const taken = this.#take(body).finally(() => this.#open.delete(settled));
      // Whoever waits for the end only waits; the SDK hears how it failed.
      const settled = taken.catch(() => {});
      this.#open.add(settled);
      return taken;
    };
    const { log } = this.#parts;
    return new (class extends EventDispatcher {
      override invoke(body: unknown): Promise<unknown> {
        return take(body);
      }
    })({ logger: sdkLogger(log), loggerLevel: LoggerLevel.warn });
  }

  /** Whoever has pressed a button is told that it failed unless there is an answer; an empty one changes nothing. */
  async #take(body: unknown): Promise<object | undefined> {
    if (this.#isOver) throw new Error("the gateway stops");
    const told = openEnvelope(body);
    if (!told) {
      this.#parts.log.error({}, "Feishu sent something that is no event, it is left out");
      return undefined;
    }
    this.#parts.onEvent();
    if ((await this.#parts.intake.take(told)) === "busy") throw new Error("there is no room for it now");
    return told.type === PRESS ? {} : undefined;
  }
}

type WsOptions = ConstructorParameters<typeof WSClient>[0];

interface EndpointParts {
  readonly proxy: string | undefined;
  readonly callLimitMs: number;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/** Asks once where to connect, and tells why that failed: the SDK keeps the reason to itself. */
class Endpoint {
  readonly #http: FetchHttp;
  readonly #signal: AbortSignal;
  readonly #onFailure: (error: unknown) => void;
  #isAsked = false;

  constructor({ proxy, callLimitMs, signal }: EndpointParts, onFailure: (error: unknown) => void) {
    this.#signal = signal;
    this.#http = new FetchHttp({ callMs: callLimitMs, uploadMs: callLimitMs }, proxy);
    this.#onFailure = onFailure;
  }

  async request(call: HttpCall): Promise<unknown> {
    try {
      // Who asks again could not open the connection that the first answer names.
      if (this.#isAsked) throw new CallFailure("not-sent", "the connection was refused");
      this.#isAsked = true;
      return withoutPauses(await this.#http.request({ ...call, signal: this.#signal }));
    } catch (error) {
      this.#onFailure(error);
      throw error;
    }
  }
}

/** The SDK shall not wait before it tries again: its second question tells us that its first try has failed. */
function withoutPauses(answer: unknown): unknown {
  const { data } = answer as { readonly data?: { readonly ClientConfig?: object } };
  return {
    ...(answer as object),
    data: { ...data, ClientConfig: { ...data?.ClientConfig, ReconnectNonce: 0, ReconnectInterval: 0 } },
  };
}
