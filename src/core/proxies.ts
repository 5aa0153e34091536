/** The ways out that a machine's environment names. */
export interface Proxies {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  /** Hosts that are reached without one, with commas between them. */
  readonly none?: string | undefined;
}

/** What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case. */
export function proxiesIn(env: Readonly<Record<string, string | undefined>>): Proxies {
  const value = (name: string) => env[name.toLowerCase()] || env[name];
  const all = value("ALL_PROXY");
  return { https: value("HTTPS_PROXY") ?? all, http: value("HTTP_PROXY") ?? all, none: value("NO_PROXY") };
}

/** The proxy that `url` is fetched through; undefined where it is reached directly. */
export function proxyFor(url: URL, { https, http, none = "" }: Proxies): string | undefined {
  const isSecure = url.protocol === "https:" || url.protocol === "wss:";
  const proxy = isSecure ? https : http;
  if (proxy === undefined || proxy === "") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port || (isSecure ? "443" : "80");
  const isExcepted = none.split(",").some((entry) => {
    const text = entry
      .trim()
      .toLowerCase()
      .replace(/^\[(.*)\]/, "$1");
    if (text === "*" || text === host) return true;
    const [, name = "", at] = /^\*?\.?(.+?)(?::(\d+))?$/.exec(text) ?? [];
    return name !== "" && (at ?? port) === port && (host === name || host.endsWith(`.${name}`));
  });
  return isExcepted ? undefined : proxy;
}
