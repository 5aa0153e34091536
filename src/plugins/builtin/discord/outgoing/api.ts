import { AsyncLocalStorage } from "node:async_hooks";
import { DiscordAPIError, type RateLimitData, RateLimitError, REST, RequestMethod } from "@discordjs/rest";
import { type Clock, systemClock } from "../../../../lib/clock.ts";
import { KeyedMutex } from "../../../../lib/keyed-mutex.ts";
import { untilAborted } from "../../../../lib/until-aborted.ts";
import { CallFailure, toCallFailure } from "../../../call-failure.ts";
import { CallRate } from "./call-rate.ts";
import { DiscordRefusal, refusalIn, tooMany } from "./discord-refusal.ts";
import { RunningCall } from "./running-call.ts";

export interface RestOptions {
  readonly token: string;
  /** The address in front of `/v10`; Discord's own when absent. */
  readonly apiRoot?: string | undefined;
  /** The way out; the environment's when absent. */
  readonly proxy?: string | undefined;
  /** How long a call may wait until it is sent, and then how long it may take; 30 s each when absent. */
  readonly callLimitMs?: number;
  /** How long a call with files may take; 10 minutes when absent. */
  readonly uploadLimitMs?: number;
  /** What the limit of the whole bot goes by. */
  readonly clock?: Clock;
}

type MakesBucket = (bucket: string, place: string) => object;

/** One call to Discord's REST API. */
export interface RestCall {
  readonly method: keyof typeof METHODS;
  /** What stands behind the version: `/channels/1/messages`. */
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Files that go with it. */
  readonly files?: readonly UploadedFile[];
  /** False where the path holds a token of its own: for interactions. */
  readonly auth?: boolean;
}

export interface UploadedFile {
  readonly name: string;
  readonly data: Blob;
}

const METHODS = {
  GET: RequestMethod.Get,
  POST: RequestMethod.Post,
  PUT: RequestMethod.Put,
  PATCH: RequestMethod.Patch,
  DELETE: RequestMethod.Delete,
} as const;

const DISCORD = "https://discord.com/api";
const CALL_LIMIT_MS = 30_000;
const UPLOAD_LIMIT_MS = 600_000;
/** Whoever would have to wait longer for a bucket is told so instead. */
const LONGEST_BUCKET_WAIT_MS = 10_000;
/** The most that a timer takes: the library's own limit must never be the one that ends a call. */
const NO_LIMIT_MS = 2_147_483_647;
/** What Discord takes of a bot: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit. */
const BOT_LIMIT = { mostCalls: 50, withinMs: 1000 };
/** Calls about interactions do not count for it. */
const IS_UNCOUNTED = /\/v10\/(?:interactions|webhooks)\//;
/** After so many calls the buckets that are quiet are forgotten. */
const CALLS_BETWEEN_SWEEPS = 500;
const BUCKET_HEADERS = [
  "x-ratelimit-bucket",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset-after",
];

/**
 * Discord's REST API for one bot. Each call is made once: it waits for its bucket before it goes, up to 10 s, and
 * is never repeated here. Rejects with `DiscordRefusal` where Discord, or its rate limits, said no, and with
 * `CallFailure` for all else; neither holds the token.
 */
export class Rest {
  readonly #library: REST;
  readonly #options: RestOptions;
  readonly #running = new AsyncLocalStorage<RunningCall>();
  readonly #routes = new KeyedMutex();
  readonly #rate: CallRate;
  #calls = 0;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#rate = new CallRate(BOT_LIMIT, options.clock ?? systemClock);
    this.#library = new REST({
      api: (options.apiRoot ?? DISCORD).replace(/\/+$/, ""),
      version: "10",
      retries: 0,
      // The library's own counting knows nothing of the second before.
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
      timeout: NO_LIMIT_MS,
      hashSweepInterval: 0,
      handlerSweepInterval: 0,
      rejectOnRateLimit: (data) => this.#mustReject(data),
      makeRequest: (url, { method, headers, body }) =>
        // The library wants the types of undici, which are those of every fetch.
        this.#send(url, { method, headers, body } as RequestInit),
    }).setToken(options.token);
  }

  /** What Discord answers; undefined where there is nothing in it. `T` is Discord's word for it. */
  async call<T>(call: RestCall, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new CallFailure("not-sent", "the call was ended before it began");
    this.#sweep();
    const { callLimitMs = CALL_LIMIT_MS, uploadLimitMs = UPLOAD_LIMIT_MS } = this.#options;
    const limitMs = call.files ? uploadLimitMs : callLimitMs;
    const place = placeOf(call.path);
    using running = new RunningCall(place, { waitLimitMs: callLimitMs, limitMs, signal });
    const ask = () => this.#library.request(requestOf(call));
    // A bucket is known by its first answer only: what goes to the same place waits for that.
    const answer = this.#running.run(running, () =>
      call.path.startsWith("/interactions/") ? ask() : this.#routes.run(routeOf(call, place), ask),
    );
    // It may end after we have turned away from it.
    answer.catch(() => undefined);
    try {
      const result = await untilAborted(answer, running.over, () => running.failure());
      return (result instanceof ArrayBuffer ? undefined : result) as T;
    } catch (error) {
      throw errorOf(error, running);
    }
  }

  /** Whether there is room for calls that nobody waits for. */
  get hasPlenty(): boolean {
    return this.#rate.hasPlenty;
  }

  /** Called where a bucket is used up, and for an answer that says so. */
  #mustReject({ timeToReset }: RateLimitData): boolean {
    return this.#running.getStore()?.refusal !== undefined || timeToReset > LONGEST_BUCKET_WAIT_MS;
  }

  /** The one place where something goes out. What is returned is for the library, which looks at the limits in it. */
  async #send(url: string, init: RequestInit): Promise<Response> {
    const running = this.#running.getStore();
    const isCounted = !IS_UNCOUNTED.test(url);
    if (!running || (isCounted && !(await this.#rate.enter(running.over)))) throw ended();
    const { proxy } = this.#options;
    try {
      if (running.over.aborted) throw ended();
      running.goesOut();
      const way = proxy === undefined ? {} : { proxy };
      const answer = await fetch(url, { ...init, signal: running.over, ...way });
      const text = await answer.text();
      this.#noteBucket(answer.headers, running.place);
      return judged(answer, text, running);
    } catch (error) {
      if (error instanceof DiscordRefusal) throw error;
      throw toCallFailure(error, running);
    } finally {
      if (isCounted) this.#rate.leave();
    }
  }

  /**
   * The library begins with a new object once it has learned which bucket a route belongs to, and that one
   * would not know how much of the bucket is used up.
   */
  #noteBucket(headers: Headers, place: string): void {
    const [bucket, limit, remaining, seconds] = BUCKET_HEADERS.map((name) => headers.get(name));
    if (!bucket || !limit || !remaining || !seconds) return;
    if (this.#library.handlers.has(`${bucket}:${place}`)) return;
    const reset = Date.now() + Number(seconds) * 1000;
    // Of the library's own, which its types do not tell of.
    const { createHandler } = this.#library as unknown as { createHandler: MakesBucket };
    const known = { limit: Number(limit), remaining: Number(remaining), reset };
    Object.assign(createHandler.call(this.#library, bucket, place), known);
  }

  #sweep(): void {
    this.#calls += 1;
    if (this.#calls % CALLS_BETWEEN_SWEEPS === 0) this.#library.handlers.sweep(({ inactive }) => inactive);
  }
}

/** The channel or server that a call is about, or the interaction: each has buckets of its own. */
function placeOf(path: string): string {
  const [, interaction, place] =
    /^\/webhooks\/(\d{17,19}\/[^/?]+)|^\/(?:channels|guilds|webhooks)\/(\d{17,19})/.exec(path) ?? [];
  return place ?? interaction ?? "global";
}

/** Calls of the same kind about the same place, which are sure to share a bucket. */
function routeOf({ method, path }: RestCall, place: string): string {
  return `${method} ${path.replaceAll(/\d{17,19}/g, ":id").replace(/\/reactions\/.*/, "/reactions")} ${place}`;
}

function requestOf({ method, path, query, body, files, auth = true }: RestCall) {
  const common = {
    method: METHODS[method],
    fullRoute: path,
    auth,
    ...(query ? { query: new URLSearchParams(query) } : {}),
  };
  if (!files) return { ...common, ...(body ? { body } : {}) };
  const form = new FormData();
  form.append("payload_json", JSON.stringify(body ?? {}));
  // The library would take the bytes only; so they are read while they are sent.
  for (const [at, { name, data }] of files.entries()) form.append(`files[${at}]`, data, name);
  return { ...common, body: form, passThroughBody: true };
}

const ended = () => new CallFailure("not-sent", "the call was ended");

function judged({ ok, status, headers }: Response, text: string, running: RunningCall): Response {
  if (ok) {
    if (text !== "") JSON.parse(text);
    return forLibrary(text, status, headers);
  }
  if (status === 429) {
    running.refusal = tooMany(headers, text);
    return forLibrary(text, status, headers, running.refusal);
  }
  const refusal = refusalIn(status, text);
  if (!refusal) throw new CallFailure("bad-answer", `HTTP ${status}`, status);
  // The library would forget the token, or make a fault of its own of it.
  if (status === 401 || status >= 500) throw refusal;
  running.refusal = refusal;
  return forLibrary(text, status, headers);
}

function forLibrary(text: string, status: number, from: Headers, limited?: DiscordRefusal): Response {
  const headers = new Headers([...from].filter(([name]) => name.startsWith("x-ratelimit-")));
  if (limited?.quiet) headers.set("retry-after", String(limited.quiet.waitMs / 1000));
  if (limited?.quiet?.isAccountWide) headers.set("x-ratelimit-global", "true");
  if (text === "") return new Response(null, { status, headers });
  headers.set("content-type", "application/json");
  return new Response(text, { status, headers });
}

function errorOf(error: unknown, running: RunningCall): Error {
  if (error instanceof CallFailure || error instanceof DiscordRefusal) return error;
  if (error instanceof DiscordAPIError || error instanceof RateLimitError) {
    if (running.refusal) return running.refusal;
  }
  if (error instanceof RateLimitError) {
    const { timeToReset, global } = error;
    const quiet = { waitMs: Math.ceil(timeToReset), isAccountWide: global };
    return new DiscordRefusal(429, undefined, "the limit is used up", quiet);
  }
  return toCallFailure(error, running);
}
