import { Api, type ApiClientOptions, GrammyError, HttpError, InputFile, type Transformer } from "grammy";
import { CallFailure, toCallFailure } from "../../../call-failure.ts";

export interface ApiOptions {
  readonly token: string;
  /** The address of the Bot API server; Telegram's own when absent. */
  readonly apiRoot?: string | undefined;
  /** The way out; the environment's when absent. */
  readonly proxy?: string | undefined;
  /** How long a call may take; 30 s when absent. */
  readonly callLimitMs?: number;
  /** How long a call with a file may take; 10 minutes when absent. */
  readonly uploadLimitMs?: number;
}

const CALL_LIMIT_MS = 30_000;
const UPLOAD_LIMIT_MS = 600_000;
/** A poll answers when its own time is up; what takes longer than this beyond is a dead connection. */
const POLL_GRACE_MS = 10_000;
/** Beyond every limit of ours: grammY's own must never be the one that ends a call. */
const NO_LIMIT_S = 86_400;

/**
 * The Bot API for one bot. Each call is made once: nothing is repeated or delayed here. Rejects with
 * `GrammyError` where Telegram refused and with `CallFailure` for all else; neither holds the token.
 */
export function createApi(options: ApiOptions): Api {
  const { token, apiRoot, proxy } = options;
  const api = new Api(token, {
    timeoutSeconds: NO_LIMIT_S,
    // grammY wants the fetch of node-fetch, of which it uses what every fetch has.
    fetch: fetchThrough(proxy) as unknown as NonNullable<ApiClientOptions["fetch"]>,
    ...(apiRoot === undefined ? {} : { apiRoot: apiRoot.replace(/\/+$/, "") }),
  });
  api.config.use(withinLimits(options));
  return api;
}

/** A signal as grammY's types want it: they know the one of a polyfill, which is the platform's own under Bun. */
export function signalFor(signal: AbortSignal): GrammySignal {
  return signal as GrammySignal;
}

export type GrammySignal = NonNullable<Parameters<Api["raw"]["getMe"]>[0]>;

function withinLimits(options: ApiOptions): Transformer {
  return async (call, method, payload, signal) => {
    const late = AbortSignal.timeout(limitOf(method, payload, options));
    const ours = signal as AbortSignal | undefined;
    const either = ours ? AbortSignal.any([ours, late]) : late;
    try {
      if (ours?.aborted) throw new CallFailure("not-sent", "the call was ended before it began");
      return await call(method, payload, signalFor(either));
    } catch (error) {
      if (error instanceof GrammyError) throw error;
      const thrown = error instanceof HttpError ? error.error : error;
      throw toCallFailure(thrown, { isOurs: ours?.aborted === true, isLate: late.aborted });
    }
  };
}

function limitOf(method: string, payload: object, { callLimitMs, uploadLimitMs }: ApiOptions): number {
  if (method === "getUpdates") {
    const seconds = "timeout" in payload && typeof payload.timeout === "number" ? payload.timeout : 0;
    return seconds * 1000 + POLL_GRACE_MS;
  }
  return hasFile(payload) ? (uploadLimitMs ?? UPLOAD_LIMIT_MS) : (callLimitMs ?? CALL_LIMIT_MS);
}

/** Files stand in a call itself or in the items of an album. */
function hasFile(payload: unknown): boolean {
  if (payload instanceof InputFile) return true;
  if (payload === null || typeof payload !== "object") return false;
  return Object.values(payload).some((value) => typeof value === "object" && hasFile(value));
}

/** Reads the answer of anybody but the Bot API, such as a gateway's page, as what it is: no answer. */
function fetchThrough(proxy: string | undefined) {
  return async (address: string | URL, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(address, { ...plain(init), ...(proxy === undefined ? {} : { proxy }) });
    if (answer.ok) return answer;
    const { status, headers } = answer;
    const refusal = readRefusal(await answer.text());
    if (status === 429) return Response.json(withWait(refusal, headers.get("retry-after")), { status });
    if (refusal === undefined) throw new CallFailure("bad-answer", `HTTP ${status}`, status);
    return Response.json(refusal, { status });
  };
}

/** What Bun understands of grammY's options, which are meant for node-fetch. */
function plain(init: RequestInit | undefined): RequestInit {
  const { method, headers, body, signal } = init ?? {};
  return {
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined || body === null ? {} : { body }),
    ...(signal === undefined || signal === null ? {} : { signal }),
  };
}

interface RefusalBody {
  readonly ok: false;
  readonly description: string;
  readonly error_code: number;
  readonly parameters?: { readonly retry_after?: number };
}

const TOO_MANY: RefusalBody = { ok: false, error_code: 429, description: "Too Many Requests" };

/** Undefined for a page instead of an answer. */
function readRefusal(text: string): RefusalBody | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isRefusal(answer) ? answer : undefined;
  } catch {
    // A page instead of an answer.
    return undefined;
  }
}

function isRefusal(answer: unknown): answer is RefusalBody {
  if (answer === null || typeof answer !== "object") return false;
  if (!("error_code" in answer) || !("description" in answer)) return false;
  return typeof answer.error_code === "number" && typeof answer.description === "string";
}

/** Who wants us to wait says so in the answer, in its header, or on a page of a server in between. */
function withWait(refusal: RefusalBody | undefined, header: string | null): RefusalBody {
  const answer: RefusalBody = refusal ?? TOO_MANY;
  const seconds = Number(header);
  if (answer.parameters?.retry_after !== undefined || header === null || !(seconds >= 0)) return answer;
  return { ...answer, parameters: { ...answer.parameters, retry_after: seconds } };
}
