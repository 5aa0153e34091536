import type { Errand, Exchange, Reply } from "../../common/http-server.ts";
import type { Fault, FaultSubject } from "../../common/faults.ts";
import { readForm, type Upload } from "../../common/multipart.ts";
import { ApiFailure, invalidForm, refused } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { tooMany, type Rates, type Scope } from "../rates.ts";
import type { World } from "../world.ts";
import { channelRoutes } from "./channels.ts";
import { commandRoutes } from "./commands.ts";
import { guildRoutes } from "./guilds.ts";
import { interactionRoutes } from "./interactions.ts";
import { markRoutes } from "./marks.ts";
import { messageRoutes } from "./messages.ts";
import type { Answer, Route, Visit } from "./route.ts";
import { threadRoutes } from "./threads.ts";
import { userRoutes } from "./users.ts";

/** The first one that fits decides: what is spelt out comes before what may be anything. */
const ROUTES: readonly Route[] = [
  ...markRoutes,
  ...messageRoutes,
  ...threadRoutes,
  ...channelRoutes,
  ...guildRoutes,
  ...userRoutes,
  ...commandRoutes,
  ...interactionRoutes,
];
const API = /^\/api(?:\/v(\d+))?(\/.*)$/;

const NOTHING: Reply = { status: 204, headers: { "content-type": "text/html; charset=utf-8" }, body: "" };

interface Found {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

interface Body {
  readonly body: unknown;
  readonly files: ReadonlyMap<string, Upload>;
}

/** The REST side over a world: requests become what happens in it, and what happens becomes answers. */
export class RestApi {
  readonly #world: World;
  readonly #gateway: Gateway;
  /** Set where requests that come too fast are refused. */
  rates: Rates | undefined;

  constructor(world: World, gateway: Gateway) {
    this.#world = world;
    this.#gateway = gateway;
  }

  subjectOf({ pathname }: URL): FaultSubject {
    const found = ["POST", "PATCH", "PUT", "GET", "DELETE"]
      .map((verb) => this.#find(verb, pathname))
      .find(Boolean);
    return {
      method: found?.route.name ?? pathname,
      path: pathname,
      chat: found && chatOf(this.#world, found),
    };
  }

  async read(exchange: Exchange): Promise<Errand> {
    const { pathname } = exchange.url;
    const found = this.#find(exchange.verb, pathname);
    const bot = this.#botOf(exchange.headers["authorization"]);
    const common = { path: pathname, by: bot?.username };
    if (!found) {
      this.#world.complaints.push(`unknown route ${exchange.verb} ${pathname}`);
      const refuse = async () => asReply(refused("notFound"));
      return {
        ...common,
        method: `${exchange.verb} ${pathname}`,
        chat: undefined,
        params: {},
        serve: refuse,
      };
    }
    const { route } = found;
    const query = Object.fromEntries(exchange.url.searchParams);
    const shown = { ...common, method: route.name, chat: chatOf(this.#world, found) };
    try {
      const body = await readBody(exchange);
      const params = { ...found.path, ...query, ...(isFields(body.body) ? body.body : { body: body.body }) };
      return { ...shown, params, serve: async () => this.#serve(found, exchange, bot, body) };
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : refused("badJson");
      return { ...shown, params: query, serve: async () => asReply(failure) };
    }
  }

  /** What the server says when it refuses a request before it has looked at it. */
  refusal(fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply {
    if (fault.kind === "429") return tooMany(fault.retryAfter, fault.scope ?? ("user" satisfies Scope));
    const status = fault.status ?? 500;
    return { status, body: JSON.stringify({ message: `${status}: Internal Server Error`, code: 0 }) };
  }

  #find(verb: string, pathname: string): Found | undefined {
    const rest = API.exec(pathname)?.[2];
    if (rest === undefined) return undefined;
    for (const route of ROUTES) {
      const match = route.verb === verb ? route.pattern.exec(decode(rest)) : null;
      if (match) return { route, path: { ...match.groups } };
    }
    return undefined;
  }

  #botOf(head: string | undefined): BotAccount | undefined {
    return this.#world.bots.find(({ isTokenValid, token }) => isTokenValid && head === `Bot ${token}`);
  }

  async #serve(found: Found, exchange: Exchange, bot: BotAccount | undefined, body: Body): Promise<Reply> {
    const { route, path } = found;
    const owner = bot?.id ?? path["token"] ?? "nobody";
    const major = path["channel"] ?? path["guild"] ?? path["token"] ?? "";
    const counted = this.rates?.count(route.name, owner, major);
    const reply = counted?.refusal ?? (await this.#answer(found, exchange, bot, body));
    const isShared = reply.headers?.["x-ratelimit-scope"] === "shared";
    if ([401, 403, 429].includes(reply.status) && !isShared) this.rates?.countInvalid();
    return { ...reply, headers: { ...counted?.headers, ...reply.headers } };
  }

  async #answer(
    { route, path }: Found,
    { url }: Exchange,
    bot: BotAccount | undefined,
    { body, files }: Body,
  ): Promise<Reply> {
    try {
      const version = API.exec(url.pathname)?.[1];
      if (version !== undefined && !["9", "10"].includes(version)) throw refused("apiVersion");
      // An open route knows whose it is by the token in its path.
      const known = bot ?? (route.isOpen ? this.#world.bots[0] : undefined);
      if (!known) throw refused("unauthorized");
      this.#checkNames(route, url, body);
      const visit: Visit = {
        world: this.#world,
        gateway: this.#gateway,
        bot: known,
        path,
        query: url.searchParams,
        body,
        files,
      };
      // The fields were checked by the table of this very route, which the types have checked.
      return replyOf(await (route.run as (visit: Visit) => unknown)(visit));
    } catch (error) {
      if (error instanceof ApiFailure) return asReply(error);
      this.#world.complaints.push(`${route.name} failed in the stand-in: ${String(error)}`);
      return asReply(new ApiFailure(500, 0, `Internal Server Error: ${String(error)}`));
    }
  }

  /** Throws for a field that the endpoint does not have; Discord would let it pass, but nobody means to send one. */
  #checkNames(route: Route, { searchParams }: URL, body: unknown): void {
    const unknown = [...searchParams.keys()].filter((name) => !route.query.includes(name));
    for (const fields of Array.isArray(body) ? body : [body]) {
      if (!isFields(fields)) continue;
      unknown.push(...Object.keys(fields).filter((name) => route.fields?.[name] === undefined));
    }
    const [first] = unknown;
    if (first === undefined) return;
    this.#world.complaints.push(`${route.name} has no field ${unknown.join(", ")}`);
    throw invalidForm(first, "UNKNOWN_FIELD", "The endpoint has no such field.");
  }
}

function chatOf(world: World, { path }: Found): string | undefined {
  if (path["channel"] !== undefined) return path["channel"];
  return world.interactions.find(({ token }) => token === path["token"])?.room.id;
}

async function readBody({ headers, body }: Exchange): Promise<Body> {
  if (body.length === 0) return { body: {}, files: new Map() };
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) {
    return { body: parse(new TextDecoder().decode(body)), files: new Map() };
  }
  const form = await readForm(new URL("http://localhost/"), type, body);
  const { payload_json, ...fields } = form.fields;
  const files = new Map<string, Upload>();
  for (const [name, upload] of form.files) {
    const number = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (number === undefined) throw invalidForm(name, "UNKNOWN_FIELD", "Files are named files[n].");
    files.set(number, upload);
  }
  return { body: typeof payload_json === "string" ? parse(payload_json) : fields, files };
}

/** Some clients send ids as numbers, which are too large for ours: they become the texts that others send. */
function parse(text: string): unknown {
  const revive = (_: string, value: unknown, { source }: { source?: string } = {}): unknown =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value;
  return JSON.parse(text, revive);
}

function isFields(body: unknown): body is Record<string, unknown> {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

function replyOf(result: unknown): Reply {
  if (result === undefined) return NOTHING;
  if (typeof result === "object" && result !== null && "answer" in result) {
    const { body, ...rest } = (result as Answer).answer;
    return body === undefined ? { ...NOTHING, ...rest } : { ...rest, body: JSON.stringify(body) };
  }
  return { status: 200, body: JSON.stringify(result) };
}

function asReply(failure: ApiFailure): Reply {
  return { status: failure.status, body: JSON.stringify(failure.asAnswer()) };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Then no route fits, and the request is refused as what it is.
    return path;
  }
}
