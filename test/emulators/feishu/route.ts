import { z } from "zod";
import type { Reply } from "../common/http-server.ts";
import type { Upload } from "../common/multipart.ts";
import type { AppAccount } from "./app-account.ts";
import type { Rates } from "./rates.ts";
import type { World } from "./world.ts";

/** A request whose token and fields have been found good. */
export interface Visit<Q, B> {
  readonly world: World;
  readonly app: AppAccount;
  /** What stands in the path, by the name in the route. */
  readonly path: (name: string) => string;
  readonly query: Q;
  readonly body: B;
  readonly files: ReadonlyMap<string, Upload>;
  readonly bodyBytes: number;
  readonly rates: Rates | undefined;
  readonly now: number;
}

/** One address of the Open Platform: what it takes, who may call it, and what it does. */
export interface Route {
  /** As the platform's own library names it, such as `im.message.create`. */
  readonly name: string;
  readonly verb: string;
  /** With `:name` for what differs. */
  readonly path: string;
  /** Any one of these; none are needed if there is no list. */
  readonly scopes: readonly string[] | undefined;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  serve(visit: Visit<unknown, unknown>): object | Reply | undefined;
}

interface RouteFacts<Q extends z.ZodType, B extends z.ZodType> {
  readonly name: string;
  readonly verb: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly scopes?: readonly string[];
  readonly query?: Q;
  readonly body?: B;
  /** The `data` of the answer, or the whole answer of a download; throws an `ApiFailure` for a refusal. */
  readonly serve: (visit: Visit<z.infer<Q>, z.infer<B>>) => object | Reply | undefined;
}

const NOTHING = z.strictObject({});

/** A route with its parts left out filled in. */
export function route<Q extends z.ZodType = typeof NOTHING, B extends z.ZodType = typeof NOTHING>(
  facts: RouteFacts<Q, B>,
): Route {
  const { name, verb, path, scopes, query = NOTHING, body = NOTHING, serve } = facts;
  // What has passed `query` and `body` is of their types.
  const served = (visit: Visit<unknown, unknown>) => serve(visit as Visit<z.infer<Q>, z.infer<B>>);
  return { name, verb, path, scopes, query, body, serve: served };
}

/** The answer of a request whose like has come before: it says the same again, and nothing happens. */
export function repeated(data: object): Reply {
  return { ...succeeded(data), isRepeat: true };
}

export function succeeded(data: object | undefined): Reply {
  return { status: 200, body: JSON.stringify({ code: 0, msg: "success", data: data ?? {} }) };
}

/** The whole answer of a request that is not answered in the usual envelope. */
export function isReply(answer: object): answer is Reply {
  return "status" in answer && "body" in answer;
}
