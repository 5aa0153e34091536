import { CallFailure, toCallFailure } from "../../../call-failure.ts";
import { FeishuRefusal, type RefusalBody } from "./refusal-answer.ts";

/** What the SDK asks for, and what we hand through it besides. */
export interface HttpCall {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly data?: unknown;
  /** Ends the call before its time. */
  readonly signal?: AbortSignal;
}

export interface HttpLimits {
  readonly callMs: number;
  readonly uploadMs: number;
}

/** Asks us to wait, whoever in between says so. */
const TOO_MANY: RefusalBody = { code: 99991400, msg: "request trigger frequency limit" };

/**
 * The way to Feishu's servers for its SDK, whose own tells too little about a call that fails. Each call is made
 * once. Resolves to the answer; rejects with `FeishuRefusal` where Feishu refused, and with `CallFailure` for all else.
 */
export class FetchHttp {
  readonly #limits: HttpLimits;
  readonly #proxy: string | undefined;

  constructor(limits: HttpLimits, proxy: string | undefined) {
    this.#limits = limits;
    this.#proxy = proxy;
  }

  // The SDK lets every caller name the type of the answer, which is known to the caller alone.
  async request<R>(call: HttpCall): Promise<R> {
    const body = bodyOf(call);
    const late = AbortSignal.timeout(body instanceof FormData ? this.#limits.uploadMs : this.#limits.callMs);
    const { signal: ours } = call;
    try {
      if (ours?.aborted) throw new CallFailure("not-sent", "the call was ended before it began");
      const answer = await fetch(addressOf(call), {
        method: call.method?.toUpperCase() ?? "GET",
        headers: headersOf(call, body),
        body: body ?? null,
        signal: ours ? AbortSignal.any([ours, late]) : late,
        // Wherever that would lead, our token does not belong there.
        redirect: "manual",
        ...(this.#proxy === undefined ? {} : { proxy: this.#proxy }),
      });
      return (await answerIn(answer)) as R;
    } catch (error) {
      if (error instanceof FeishuRefusal) throw error;
      throw toCallFailure(error, { isOurs: ours?.aborted === true, isLate: late.aborted });
    }
  }

  get<R>(url: string, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, method: "GET" });
  }

  delete<R>(url: string, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, method: "DELETE" });
  }

  head<R>(url: string, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, method: "HEAD" });
  }

  options<R>(url: string, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, method: "OPTIONS" });
  }

  post<R>(url: string, data?: unknown, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, data, method: "POST" });
  }

  put<R>(url: string, data?: unknown, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, data, method: "PUT" });
  }

  patch<R>(url: string, data?: unknown, call: HttpCall = {}): Promise<R> {
    return this.request({ ...call, url, data, method: "PATCH" });
  }
}

function addressOf({ url = "", params = {} }: HttpCall): string {
  const address = new URL(url);
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined) address.searchParams.set(key, String(value));
  }
  return address.href;
}

/** A file makes a form of what is sent; undefined where nothing is. */
function bodyOf({ data }: HttpCall): FormData | string | undefined {
  if (data === null || typeof data !== "object") return undefined;
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return undefined;
  if (!fields.some(([, value]) => value instanceof Blob)) return JSON.stringify(data);
  const form = new FormData();
  for (const [key, value] of fields) {
    if (value instanceof File) form.set(key, value, value.name);
    else form.set(key, value instanceof Blob ? value : String(value));
  }
  return form;
}

function headersOf({ headers = {} }: HttpCall, body: FormData | string | undefined): Headers {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === "string") sent.set(name, value);
  if (typeof body === "string") sent.set("content-type", "application/json; charset=utf-8");
  return sent;
}

async function answerIn(answer: Response): Promise<unknown> {
  const { status } = answer;
  const body = readAnswer(await answer.text());
  if (status === 429) throw new FeishuRefusal(status, refusalIn(body) ?? TOO_MANY, waitIn(answer));
  if (body === undefined) throw new CallFailure("bad-answer", `HTTP ${status}`, status);
  const refusal = refusalIn(body);
  if (refusal) throw new FeishuRefusal(status, refusal, waitIn(answer));
  if (!answer.ok) throw new CallFailure("bad-answer", `HTTP ${status}`, status);
  return body;
}

/** Undefined for a page instead of an answer. */
function readAnswer(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return answer !== null && typeof answer === "object" && "code" in answer ? { ...answer } : undefined;
  } catch {
    // A page instead of an answer.
    return undefined;
  }
}

function refusalIn(body: Readonly<Record<string, unknown>> | undefined): RefusalBody | undefined {
  const { code, msg, error } = body ?? {};
  if (typeof code !== "number" || code === 0) return undefined;
  return { code, msg: typeof msg === "string" ? msg : "", error };
}

function waitIn({ headers }: Response): number | undefined {
  const seconds = Number(headers.get("x-ogw-ratelimit-reset") ?? headers.get("retry-after") ?? "none");
  return seconds >= 0 ? seconds * 1000 : undefined;
}
