import { NameError } from "./names.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/**
 * The name under which a route is registered: two patterns that answer the same paths have one name. Throws
 * `NameError` for what cannot be a route, and says why.
 */
export function routeName(method: string, path: string): string {
  if (!METHODS.has(method)) {
    throw new NameError(`${JSON.stringify(method)} is no method of HTTP that a route can have`);
  }
  if (!path.startsWith("/")) throw new NameError(`the path of a route starts with a slash: ${path}`);
  const segments = path.split("/").slice(1);
  for (const segment of segments) {
    if (segment.startsWith(":") ? /^:[A-Za-z_]\w*$/.test(segment) : /^[^\s?#*%:]*$/.test(segment)) continue;
    throw new NameError(`${segment} cannot stand in the path of a route: fixed words and :names can`);
  }
  const names = segments.filter((segment) => segment.startsWith(":"));
  if (new Set(names).size < names.length) throw new NameError(`${path} has the same name twice`);
  const shape = segments.map((segment) => (segment.startsWith(":") ? ":" : segment)).join("/");
  return `${method} /${shape.replace(/\/$/, "")}`;
}
