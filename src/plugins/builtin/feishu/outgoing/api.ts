import { Client, LoggerLevel } from "@larksuiteoapi/node-sdk";
import { untilAborted } from "../../../../lib/until-aborted.ts";
import { CallFailure } from "../../../call-failure.ts";
import type { Logger } from "../../../types.ts";
import { FetchHttp } from "./fetch-http.ts";
import { FeishuRefusal, NoToken } from "./refusal-answer.ts";
import { TokenCache } from "./token-cache.ts";

export interface ApiOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** `feishu`, `lark`, or the address of another installation. */
  readonly domain: string;
  /** The way out; the environment's when absent. */
  readonly proxy?: string | undefined;
  readonly log: Logger;
  /** How long a call may take; 30 s when absent. */
  readonly callLimitMs?: number;
  /** How long a call with a file may take; 10 minutes when absent. */
  readonly uploadLimitMs?: number;
}

export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Such as `/open-apis/im/v1/messages`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON, or as a form if a file (a `Blob`) is among its values. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

const CALL_LIMIT_MS = 30_000;
const UPLOAD_LIMIT_MS = 600_000;

const ORIGINS: Readonly<Record<string, string>> = {
  feishu: "https://open.feishu.cn",
  lark: "https://open.larksuite.com",
};

/** Feishu does not know the token, which may have been taken back before its time. */
const BAD_TOKEN = new Set([99991661, 99991663, 99991664, 99991668, 99991671]);

/** The address of the servers behind `domain`, without a slash at its end. */
export function originOf(domain: string): string {
  return ORIGINS[domain] ?? domain.replace(/\/+$/, "");
}

/** Where the SDK's own lines go: they tell what our errors tell, and their details are not for a log. */
export function sdkLogger(log: Logger) {
  const say = (...parts: readonly unknown[]) => {
    const said = parts.flat().find((part) => typeof part === "string");
    if (said !== undefined) log.debug({ said }, "the Feishu SDK says");
  };
  return { error: say, warn: say, info: say, debug: say, trace: say };
}

/**
 * Feishu's open API for one app. Each call is made once, and once more with a new token if Feishu does not know the
 * one it had. Rejects with `FeishuRefusal` where Feishu refused, with `NoToken` where it gave no token, and with
 * `CallFailure` for all else; none of them holds a secret.
 */
export class FeishuApi {
  readonly appId: string;
  readonly #client: Client;
  readonly #tokens = new TokenCache();
  #fetching: Promise<unknown> | undefined;

  constructor(options: ApiOptions) {
    const { appId, appSecret, domain, proxy, log } = options;
    const { callLimitMs = CALL_LIMIT_MS, uploadLimitMs = UPLOAD_LIMIT_MS } = options;
    this.appId = appId;
    this.#client = new Client({
      appId,
      appSecret,
      domain: originOf(domain),
      cache: this.#tokens,
      httpInstance: new FetchHttp({ callMs: callLimitMs, uploadMs: uploadLimitMs }, proxy),
      logger: sdkLogger(log),
      loggerLevel: LoggerLevel.warn,
    });
  }

  /** What Feishu answers as `data`; the whole answer where it has none. */
  async call<T>(call: ApiCall): Promise<T> {
    const token = await this.token(call.signal);
    try {
      return await this.#request<T>(call);
    } catch (error) {
      if (!(error instanceof FeishuRefusal && BAD_TOKEN.has(error.code))) throw error;
      this.#tokens.forget(token);
      await this.token(call.signal);
      return this.#request<T>(call);
    }
  }

  /** A token that is good for at least three minutes, unless Feishu has taken it back. Rejects with `NoToken`. */
  async token(signal?: AbortSignal): Promise<string> {
    const early = () => new CallFailure("not-sent", "the call was ended before it began");
    if (signal?.aborted) throw early();
    try {
      // All who need one at the same time wait for the same.
      this.#fetching ??= this.#client.tokenManager.getTenantAccessToken().finally(() => {
        this.#fetching = undefined;
      });
      const token = await (signal ? untilAborted(this.#fetching, signal, early) : this.#fetching);
      return String(token);
    } catch (error) {
      throw new NoToken(error);
    }
  }

  async #request<T>({ method, path, query = {}, body = {}, signal }: ApiCall): Promise<T> {
    const call = { method, url: path, params: query, data: body, ...(signal ? { signal } : {}) };
    const answer = await this.#client.request<{ readonly data?: T } & T>(call);
    return answer.data ?? answer;
  }
}
