import { type Errand, type Exchange, type Reply } from "../common/http-server.ts";
import type { Fault } from "../common/faults.ts";
import { readForm } from "../common/multipart.ts";
import { ApiFailure } from "./api-failure.ts";
import type { BotAccount } from "./bot-account.ts";
import type { MethodName } from "./fields.ts";
import { METHODS } from "./methods/index.ts";
import { methodNamed, readArgs } from "./read-args.ts";
import type { Rates } from "./rates.ts";
import type { World } from "./world.ts";

const MOST_UPLOADED = 50 * 1024 * 1024;

/** Where a request goes: `/bot<token>/<method>` or `/file/bot<token>/<path>`. */
export interface ApiPath {
  readonly token: string;
  readonly rest: string;
  readonly isFile: boolean;
}

export function parsePath(pathname: string): ApiPath | undefined {
  const found = decodeURIComponent(pathname).match(/^(\/file)?\/bot([^/]+)\/(.+)$/);
  return found ? { isFile: found[1] !== undefined, token: found[2] ?? "", rest: found[3] ?? "" } : undefined;
}

/** The Bot API over a world: requests become what happens in it, and what happens becomes answers. */
export class BotApi {
  readonly #world: World;
  /** Set where calls that come too fast are refused. */
  rates: Rates | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  async read(exchange: Exchange): Promise<Errand> {
    const { pathname } = exchange.url;
    const path = parsePath(pathname);
    const bot =
      path && this.#world.bots.find(({ token, isTokenValid }) => isTokenValid && token === path.token);
    const nothing = { path: pathname, chat: undefined, by: bot?.username, params: {} };
    if (path?.isFile) {
      return { ...nothing, method: "download", serve: async () => this.#serveFile(bot, path.rest) };
    }
    const method = path && methodNamed(path.rest);
    const shown = { ...nothing, method: method ?? path?.rest ?? pathname };
    if (!path || !bot) return { ...shown, serve: async () => refuse(wrongToken(path?.token)) };
    if (!method) {
      this.#world.complaints.push(`unknown method ${path.rest}`);
      return { ...shown, serve: async () => refuse(new ApiFailure(404, "Not Found: method not found")) };
    }
    return { ...shown, ...(await this.#readCall(bot, method, exchange)) };
  }

  /** What the server says when it refuses a request before it has looked at it. */
  refusal(fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply {
    if (fault.kind === "5xx") return refuse(new ApiFailure(fault.status ?? 500, "Internal Server Error"));
    const { retryAfter } = fault;
    return refuse(
      new ApiFailure(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter }),
    );
  }

  async #readCall(
    bot: BotAccount,
    method: MethodName,
    exchange: Exchange,
  ): Promise<Pick<Errand, "chat" | "params" | "serve">> {
    if (exchange.body.length > MOST_UPLOADED) {
      const tooLarge = refuse(new ApiFailure(413, "Request Entity Too Large"));
      return { chat: undefined, params: {}, serve: async () => tooLarge };
    }
    try {
      const contentType = exchange.headers["content-type"] ?? "";
      const form = await readForm(exchange.url, contentType, exchange.body);
      const { args, unknown } = readArgs(method, form);
      const id = args["chat_id"];
      const chat = typeof id === "number" || typeof id === "string" ? String(id) : undefined;
      return {
        chat,
        params: args,
        serve: () => this.#serve(bot, method, args, unknown, exchange.gone),
      };
    } catch (error) {
      const failure =
        error instanceof ApiFailure ? error : new ApiFailure(400, `Bad Request: ${String(error)}`);
      return { chat: undefined, params: {}, serve: async () => refuse(failure) };
    }
  }

  async #serve(
    bot: BotAccount,
    method: MethodName,
    args: Readonly<Record<string, unknown>>,
    unknown: readonly string[],
    gone: AbortSignal,
  ): Promise<Reply> {
    if (unknown.length > 0) {
      this.#world.complaints.push(`${method} has no field ${unknown.join(", ")}`);
      return refuse(new ApiFailure(400, `Bad Request: ${method} has no field ${unknown.join(", ")}`));
    }
    return this.#run(bot, method, args, gone);
  }

  /** Calls the method that a webhook's answer names; nobody hears the result. */
  async answerUpdate(
    bot: BotAccount,
    fields: Readonly<Record<string, unknown>>,
    gone: AbortSignal,
  ): Promise<void> {
    const { method: name, ...rest } = fields;
    const method = typeof name === "string" ? methodNamed(name) : undefined;
    if (!method || /^(get|set|delete)(Updates|Webhook)/.test(method)) return;
    const { args } = readArgs(method, { fields: rest, files: new Map() });
    await this.#run(bot, method, args, gone);
  }

  /** Does what a method does, and gives the answer. */
  async #run(
    bot: BotAccount,
    method: MethodName,
    args: Readonly<Record<string, unknown>>,
    gone: AbortSignal,
  ): Promise<Reply> {
    // The fields were read by the table of this very method, which the types have checked.
    const run = METHODS[method] as (visit: object, args: object) => unknown;
    try {
      this.rates?.count(bot.id, method, args["chat_id"]);
      const result = await run({ world: this.#world, bot, method, gone }, args);
      return { status: 200, body: JSON.stringify({ ok: true, result }) };
    } catch (error) {
      if (error instanceof ApiFailure) return refuse(error);
      this.#world.complaints.push(`${method} failed in the stand-in: ${String(error)}`);
      return refuse(new ApiFailure(500, `Internal Server Error: ${String(error)}`));
    }
  }

  #serveFile(bot: BotAccount | undefined, path: string): Reply {
    const file = bot && this.#world.files.byLink(path, this.#world.clock.now());
    if (!file) return refuse(new ApiFailure(404, "Not Found"));
    return { status: 200, headers: { "content-type": "application/octet-stream" }, body: file.bytes };
  }
}

function wrongToken(token: string | undefined): ApiFailure {
  const isWellFormed = token !== undefined && /^\d{1,20}:[\w-]{24,80}$/.test(token);
  return isWellFormed ? new ApiFailure(401, "Unauthorized") : new ApiFailure(404, "Not Found");
}

function refuse(failure: ApiFailure): Reply {
  const wait = failure.parameters?.retry_after;
  return {
    status: failure.code,
    ...(wait === undefined ? {} : { headers: { "retry-after": String(wait) } }),
    body: JSON.stringify(failure.asAnswer()),
  };
}
