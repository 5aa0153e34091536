import { NameTakenError } from "../core/errors.ts";
import type { Principal } from "../security/gateway-auth.ts";

/** One request, as routes see it. */
export interface RouteCall {
  readonly request: Request;
  readonly url: URL;
  /** The path's `:params`, decoded once. */
  readonly params: Readonly<Record<string, string>>;
  /** The same, as they stand in the address. */
  readonly rawParams: Readonly<Record<string, string>>;
  readonly remote: string;
  /** Who asks, by the credential in the header; undefined without one. Throws for a wrong one. */
  readonly principal: () => Principal | undefined;
  /** The body, at most `maxBodyBytes` of it: a longer one is refused. */
  readonly body: () => Promise<Uint8Array>;
  /** The answer may take as long as it does: without this the connection ends after some seconds without a byte. */
  readonly keepOpen: () => void;
}

export interface Route {
  /** `own`: the route knows its callers by itself, as webhooks do. */
  readonly auth: "none" | "own" | "admin";
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Further host names that may reach this one route. */
  readonly hosts?: readonly string[];
  run(call: RouteCall): Response | Promise<Response>;
}

export type Match =
  | {
      readonly kind: "found";
      readonly route: Route;
      readonly params: Readonly<Record<string, string>>;
      readonly rawParams: Readonly<Record<string, string>>;
    }
  | { readonly kind: "wrong-method"; readonly allowed: readonly string[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "malformed" };

interface Entry {
  readonly pattern: string;
  readonly names: readonly string[];
  readonly route: Route;
}

interface Node {
  readonly fixed: Map<string, Node>;
  param: Node | undefined;
  readonly entries: Map<string, Entry>;
}

interface Segment {
  readonly text: string;
  readonly raw: string;
}

const MAX_SEGMENTS = 32;

/** Finds the route of a path, by its segments. Routes may be added and removed while it is in use. */
export class Router {
  readonly #root: Node = newNode();
  readonly #patterns = new Map<string, number>();

  /** The patterns there are, for people who look for one. */
  get patterns(): readonly string[] {
    return [...this.#patterns.keys()].toSorted();
  }

  /**
   * Adds a route until the result is disposed. `pattern` is a path whose segments may be `:names`; a fixed
   * segment goes before a name. Throws `NameTakenError` where there is one already.
   */
  add(method: string, pattern: string, route: Route): Disposable {
    const segments = split(pattern);
    const path = [this.#root];
    let node = this.#root;
    for (const segment of segments) {
      node = segment.startsWith(":") ? (node.param ??= newNode()) : childOf(node, segment);
      path.push(node);
    }
    if (node.entries.has(method)) throw new NameTakenError(`the route ${method} ${pattern} exists already`);
    const names = segments.filter((segment) => segment.startsWith(":")).map((name) => name.slice(1));
    const entry = { pattern, names, route };
    node.entries.set(method, entry);
    this.#patterns.set(pattern, (this.#patterns.get(pattern) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        if (node.entries.get(method) === entry) this.#remove(method, pattern, segments, path);
      },
    };
  }

  /** `HEAD` is answered by the route of `GET`. */
  match(method: string, path: string): Match {
    const raw = split(path);
    if (raw.length > MAX_SEGMENTS) return { kind: "unknown" };
    const segments: Segment[] = [];
    for (const segment of raw) {
      const text = decoded(segment);
      if (text === undefined) return { kind: "malformed" };
      segments.push({ text, raw: segment });
    }
    const wanted = method === "HEAD" ? "GET" : method;
    const allowed = new Set<string>();
    const found = find(this.#root, segments, 0, [], wanted, allowed);
    if (found) return found;
    if (allowed.has("GET")) allowed.add("HEAD");
    return allowed.size > 0 ? { kind: "wrong-method", allowed: [...allowed] } : { kind: "unknown" };
  }

  #remove(method: string, pattern: string, segments: readonly string[], path: readonly Node[]): void {
    path.at(-1)?.entries.delete(method);
    const left = (this.#patterns.get(pattern) ?? 1) - 1;
    if (left === 0) this.#patterns.delete(pattern);
    else this.#patterns.set(pattern, left);
    for (let depth = segments.length; depth > 0; depth -= 1) {
      const [node, parent, segment] = [path[depth], path[depth - 1], segments[depth - 1]];
      if (!node || !parent || segment === undefined || !isEmpty(node)) return;
      if (segment.startsWith(":")) parent.param = undefined;
      else parent.fixed.delete(segment);
    }
  }
}

function find(
  node: Node,
  segments: readonly Segment[],
  at: number,
  values: readonly Segment[],
  method: string,
  allowed: Set<string>,
): Match | undefined {
  const segment = segments[at];
  if (!segment) {
    for (const known of node.entries.keys()) allowed.add(known);
    const entry = node.entries.get(method);
    return entry && foundOf(entry, values);
  }
  const fixed = node.fixed.get(segment.text);
  const exact = fixed && find(fixed, segments, at + 1, values, method, allowed);
  if (exact || !node.param) return exact;
  return find(node.param, segments, at + 1, [...values, segment], method, allowed);
}

function foundOf({ names, route }: Entry, values: readonly Segment[]): Match {
  const pairs = names.map((name, index) => [name, values[index] ?? { text: "", raw: "" }] as const);
  return {
    kind: "found",
    route,
    params: Object.fromEntries(pairs.map(([name, { text }]) => [name, text])),
    rawParams: Object.fromEntries(pairs.map(([name, { raw }]) => [name, raw])),
  };
}

/** A slash at the end does not count. */
function split(path: string): readonly string[] {
  const segments = path.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  return segments;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Broken percent-encoding; the caller says so.
    return undefined;
  }
}

function newNode(): Node {
  return { fixed: new Map(), param: undefined, entries: new Map() };
}

function childOf(node: Node, segment: string): Node {
  const known = node.fixed.get(segment);
  if (known) return known;
  const child = newNode();
  node.fixed.set(segment, child);
  return child;
}

function isEmpty(node: Node): boolean {
  return node.fixed.size === 0 && node.entries.size === 0 && node.param === undefined;
}
