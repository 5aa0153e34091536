/**
 * Which host names and web origins may use the doors. Together they keep foreign web pages out: a page of
 * another site has its own `Origin`, and one that points its own name at our address has its own `Host`.
 */
export interface OriginRules {
  readonly publicUrl?: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** True when bound to all interfaces: any address of the machine is then ours, also one behind a port mapping. */
  readonly isOnAllInterfaces: boolean;
}

/**
 * Why a request under this `Host` header is refused, in one sentence that names the key to set; undefined if it is not.
 * `more` are further names that are let in; `*` is any.
 */
export function hostRefusal(
  header: string | null,
  rules: OriginRules,
  more: readonly string[] = [],
): string | undefined {
  const host = parseHost(header);
  if (!host) return "The Host header is missing or malformed.";
  const isOurs =
    more.includes("*") ||
    isLoopbackName(host.name) ||
    (rules.isOnAllInterfaces && isAddress(host.name)) ||
    sameHost(host, hostOfUrl(rules.publicUrl)) ||
    [...rules.allowedHosts, ...more].some((allowed) => sameHost(host, parseHost(allowed)));
  if (isOurs) return undefined;
  return `The host "${host.name}" is not known here. If people reach the gateway under this name, set gateway.publicUrl or add it to gateway.allowedHosts.`;
}

/** The same for the `Origin` header of a request whose `Host` is allowed. No origin means: not a web page. */
export function originRefusal(
  origin: string | null,
  host: string | null,
  rules: OriginRules,
): string | undefined {
  if (origin === null) return undefined;
  const page = parseUrl(origin);
  if (page && page.origin !== "null") {
    const own = parseUrl(`${page.protocol}//${host ?? ""}`);
    if (/^https?:$/.test(page.protocol) && own?.host === page.host) return undefined;
    const allowed = [rules.publicUrl, ...rules.allowedOrigins].map((url) => parseUrl(url)?.origin);
    if (allowed.includes(page.origin)) return undefined;
  }
  return `Pages of the origin "${origin.slice(0, 200)}" may not use this gateway. Add it to gateway.allowedOrigins if they should.`;
}

/** True for this machine's own addresses: 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address);
}

interface Host {
  /** Lower case, without brackets and without a dot at the end. */
  readonly name: string;
  readonly port: string | undefined;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

function parseHost(text: string | null): Host | undefined {
  const match = HOST.exec(text ?? "");
  if (!match?.[1]) return undefined;
  return { name: match[1].toLowerCase().replace(/^\[|\]$|\.$/g, ""), port: match[2] };
}

function hostOfUrl(url: string | undefined): Host | undefined {
  return parseHost(parseUrl(url)?.hostname ?? null);
}

/** `allowed` without a port stands for every port. */
function sameHost(host: Host, allowed: Host | undefined): boolean {
  return allowed?.name === host.name && (allowed.port === undefined || allowed.port === host.port);
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}

function isAddress(name: string): boolean {
  return name.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

function parseUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
