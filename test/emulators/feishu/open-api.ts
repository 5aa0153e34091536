import type { z } from "zod";
import type { Fault } from "../common/faults.ts";
import type { Errand, Exchange, Reply } from "../common/http-server.ts";
import { readForm, type Form } from "../common/multipart.ts";
import { ApiFailure, scopeMissing, tooFast } from "./api-failure.ts";
import type { AppAccount } from "./app-account.ts";
import { wordsOf } from "./card-shape.ts";
import { hexOf } from "./ids.ts";
import type { LongConnections } from "./long-connection.ts";
import type { Rates } from "./rates.ts";
import { isReply, succeeded, type Route, type Visit } from "./route.ts";
import { ROUTES } from "./routes/index.ts";
import { openDoors, type OpenDoor } from "./routes/auth.ts";
import type { World } from "./world.ts";

interface Found {
  readonly route: Route;
  readonly path: ReadonlyMap<string, string>;
}

type Shown = Pick<Errand, "method" | "path" | "chat" | "by" | "params">;

/** The Open Platform's addresses over a world: requests become what happens in it. */
export class OpenApi {
  readonly #world: World;
  readonly #doors: readonly OpenDoor[];
  /** Set where calls that come too fast are refused. */
  rates: Rates | undefined;
  #count = 0;

  constructor(world: World, connections: LongConnections) {
    this.#world = world;
    this.#doors = openDoors(world, connections);
  }

  /** What a request is called before its body has come. */
  nameOf(verb: string | undefined, pathname: string): string {
    const door = this.#doors.find(({ path }) => path === pathname);
    if (door) return door.name;
    const routes = ROUTES.filter(
      (route) => (verb === undefined || route.verb === verb) && matchPath(route.path, pathname),
    );
    return routes[0]?.name ?? pathname;
  }

  async read(exchange: Exchange): Promise<Errand> {
    const { url, verb } = exchange;
    const nothing = {
      method: this.nameOf(verb, url.pathname),
      path: url.pathname,
      chat: undefined,
      by: undefined,
    };
    let form: Form;
    try {
      form = await readForm(url, exchange.headers["content-type"] ?? "", exchange.body);
    } catch {
      const refusal = new ApiFailure(9499, "Bad Request");
      return { ...nothing, params: {}, serve: async () => this.#refuse(refusal) };
    }
    const door = this.#doors.find(({ path }) => verb === "POST" && path === url.pathname);
    if (door) {
      const by = this.#world.apps.find(({ appId }) => appId === door.appIdOf(form.fields))?.name;
      return { ...nothing, by, params: {}, serve: async () => this.#enter(door, form) };
    }
    const app = this.#appOf(exchange);
    const params = paramsOf(form);
    const shown: Shown = { ...nothing, by: app?.name, params };
    const found = findRoute(verb, url.pathname);
    if (!found) {
      this.#world.complain(`unknown address ${verb} ${url.pathname}`);
      return { ...shown, serve: async () => ({ status: 404, body: "404 page not found" }) };
    }
    const chat = this.#chatOf(app, found, form);
    return { ...shown, chat, serve: async () => this.#serve(found, app, exchange, form) };
  }

  /** What the platform says when it refuses a request before it has looked at it. */
  refusal(fault: Extract<Fault, { kind: "429" | "5xx" }>): Reply {
    if (fault.kind === "5xx") {
      return this.#refuse(new ApiFailure(1_061_045, "internal error", { status: fault.status ?? 500 }));
    }
    const status = fault.status ?? 429;
    return this.#refuse(tooFast(99991400, "request trigger frequency limit", fault.retryAfter, status));
  }

  #enter(door: OpenDoor, form: Form): Reply {
    const { body, unknown } = door.read(form.fields);
    for (const field of unknown) this.#world.complain(`${door.name}: unknown field ${field}`);
    try {
      if (!body) throw new ApiFailure(10003, "invalid param");
      return { status: 200, body: JSON.stringify(door.serve(body)) };
    } catch (error) {
      return this.#refuse(error);
    }
  }

  #serve(found: Found, app: AppAccount | undefined, exchange: Exchange, form: Form): Reply {
    try {
      const known = app ?? refuseToken(exchange.headers["authorization"]);
      const { route } = found;
      if (route.scopes && !route.scopes.some((scope) => known.scopes.has(scope))) {
        throw scopeMissing(known.appId, route.scopes);
      }
      this.rates?.countCall(known.appId, route.name);
      const data = route.serve(this.#visit(found, known, exchange, form));
      this.#world.changed();
      return data && isReply(data) ? data : succeeded(data);
    } catch (error) {
      return this.#refuse(error);
    }
  }

  #visit(found: Found, app: AppAccount, exchange: Exchange, form: Form): Visit<unknown, unknown> {
    const query = Object.fromEntries(exchange.url.searchParams);
    const body = Object.fromEntries(Object.entries(form.fields).filter(([name]) => !(name in query)));
    return {
      world: this.#world,
      app,
      path: (name) => found.path.get(name) ?? "",
      query: this.#check(found.route, found.route.query, query),
      body: this.#check(found.route, found.route.body, body),
      files: form.files,
      bodyBytes: exchange.body.length,
      rates: this.rates,
      now: this.#world.clock.now(),
    };
  }

  #check(route: Route, type: z.ZodType, value: unknown): unknown {
    const read = type.safeParse(value);
    if (read.success) return read.data;
    const violations = read.error.issues.flatMap((issue) => {
      if (issue.code === "unrecognized_keys") {
        this.#world.complain(`${route.name}: unknown field ${issue.keys.join(", ")}`);
      }
      const field = issue.path.join(".");
      return { field, description: `${field}: ${issue.message}` };
    });
    throw new ApiFailure(99992402, "field validation failed", { error: { field_violations: violations } });
  }

  #appOf({ headers }: Exchange): AppAccount | undefined {
    const token = (headers["authorization"] ?? "").replace(/^Bearer /, "");
    return this.#world.apps.find((app) => app.hasToken(token, this.#world.clock.now()));
  }

  /** The chat that a request is about, as far as it can be told. */
  #chatOf(app: AppAccount | undefined, { path }: Found, { fields }: Form): string | undefined {
    const named = path.get("chat_id") ?? fields["receive_id"] ?? fields["container_id"] ?? fields["chat_id"];
    const message = this.#world.findPost(path.get("message_id") ?? wordsOf(fields["message_id"]));
    if (message) return message.room.id;
    const card = this.#world.cards.get(path.get("card_id") ?? "");
    if (card) return card.post?.room.id;
    if (typeof named !== "string") return undefined;
    const user = app && this.#world.users.find((each) => each === this.#world.actorOf(app, named));
    return user && app ? this.#world.p2pRoom(user, app).id : named;
  }

  #refuse(error: unknown): Reply {
    if (error instanceof ApiFailure) return error.asReply(hexOf(`log ${this.#count++}`, 32));
    throw error;
  }
}

function refuseToken(header: string | undefined): never {
  if (!header?.startsWith("Bearer ")) {
    throw new ApiFailure(
      99991661,
      "Missing access token for authorization. Please make a request with token attached.",
    );
  }
  throw new ApiFailure(
    99991663,
    "Invalid access token for authorization. Please make a request with token attached.",
  );
}

function findRoute(verb: string, pathname: string): Found | undefined {
  for (const route of ROUTES) {
    const path = route.verb === verb ? matchPath(route.path, pathname) : undefined;
    if (path) return { route, path };
  }
  return undefined;
}

function matchPath(pattern: string, pathname: string): Map<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = pathname.split("/");
  if (wanted.length !== given.length) return undefined;
  const found = new Map<string, string>();
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? "");
    if (part.startsWith(":")) found.set(part.slice(1), value);
    else if (part !== value) return undefined;
  }
  return found;
}

/** The fields of a request as the log shows them: files by their names. */
function paramsOf({ fields, files }: Form): Record<string, unknown> {
  return { ...fields, ...Object.fromEntries([...files].map(([name, file]) => [name, file.name])) };
}
