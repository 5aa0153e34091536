import { FetchError } from "../core/errors.ts";
import type { FetchBytes, FetchedBytes, FetchLimits } from "../core/fetch.ts";
import { type Proxies, proxyFor } from "../core/proxies.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { type AddressRules, checkedAddresses, hostOf, type Lookup, systemLookup } from "./address-guard.ts";

export interface FetchSettings {
  readonly rules: AddressRules;
  readonly timeoutMs: number;
  /** The environment's. */
  readonly proxies?: Proxies;
}

const MOST_REDIRECTS = 5;

/**
 * The one way in which the gateway itself fetches from addresses that others name. What is connected to is the very
 * address that was checked, so a name that leads elsewhere a moment later gains nothing; where a proxy stands
 * between, the name is checked as far as it can be resolved here, and the proxy resolves it for itself.
 */
export function guardedFetch(settings: () => FetchSettings, lookup: Lookup = systemLookup): FetchBytes {
  return async (url, limits) => {
    const { timeoutMs, ...rest } = settings();
    const patience = AbortSignal.timeout(limits.timeoutMs ?? timeoutMs);
    const signal = AbortSignal.any([limits.signal, patience]);
    try {
      return await follow(url, { ...limits, ...rest, lookup, signal });
    } catch (cause) {
      if (cause instanceof FetchError) throw cause;
      if (limits.signal.aborted) throw new FetchError("unreachable", "the download was given up", { cause });
      if (patience.aborted)
        throw new FetchError("timed-out", "the server did not answer in time", { cause, retry: "now" });
      throw new FetchError("unreachable", "the server could not be reached", { cause, retry: "now" });
    }
  };
}

interface Fetching extends FetchLimits {
  readonly rules: AddressRules;
  readonly proxies?: Proxies;
  readonly lookup: Lookup;
}

async function follow(first: string, fetching: Fetching): Promise<FetchedBytes> {
  const { origin } = parse(first);
  let url = first;
  let isAtHome = true;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const target = parse(url);
    // Whoever sends away and back again has chosen the address.
    isAtHome &&= target.origin === origin;
    const response = await request(target, { ...fetching, ...(isAtHome ? {} : STRANGER) });
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || next === null || fetching.post !== undefined)
      return read(response, fetching.maxBytes);
    await response.body?.cancel();
    url = URL.canParse(next, target.href) ? new URL(next, target).href : next;
  }
  throw new FetchError("failed", "the server sends from one address to the next");
}

/** What was meant for one server is not for the one that it sends to. */
const STRANGER = { headers: {}, isConfigured: false };

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new FetchError("refused-address", "only http and https addresses can be fetched");
  if (parsed.username !== "" || parsed.password !== "")
    throw new FetchError("refused-address", "an address with a name and a password in it is not fetched");
  return parsed;
}

async function request(target: URL, fetching: Fetching): Promise<Response> {
  const { proxy, proxies = {}, signal, headers = {}, post } = fetching;
  const through = proxyFor(target, proxy === undefined ? proxies : { ...proxies, http: proxy, https: proxy });
  if (through !== undefined && !/^https?:\/\//i.test(through))
    throw new FetchError("failed", "the proxy cannot be used: only http and https ones can");
  const init = {
    redirect: "manual",
    signal,
    headers,
    proxy: through === undefined ? false : { url: through, respectNoProxy: false },
    ...(post === undefined ? {} : { method: "POST", body: post }),
  } as const satisfies BunFetchRequestInit;
  const addresses = await addressesOf(target, fetching, through !== undefined);
  return addresses === undefined ? fetch(target, init) : fetchAt(addresses, target, init);
}

/** Where to connect to; undefined where the name itself is to be used. */
async function addressesOf(
  target: URL,
  { isConfigured, rules, lookup, signal }: Fetching,
  isProxied: boolean,
): Promise<readonly string[] | undefined> {
  if (isConfigured) return undefined;
  try {
    // Names are resolved by the system, which cannot be told to stop.
    const checked = checkedAddresses(target, rules, lookup);
    const addresses = await untilAborted(checked, signal, () => new Error("the name took too long"));
    return isProxied || addresses?.[0] === hostOf(target) ? undefined : addresses;
  } catch (error) {
    if (isProxied && !(error instanceof FetchError) && !signal.aborted) return undefined;
    throw error;
  }
}

const NOBODY_THERE = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT"]);

/** Asks at the first address that can be connected to, by the name that the server knows itself by. */
async function fetchAt(
  addresses: readonly string[],
  target: URL,
  init: BunFetchRequestInit,
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("host", target.host);
  let failure: unknown;
  for (const address of addresses) {
    const url = new URL(target);
    url.hostname = address.includes(":") ? `[${address}]` : address;
    try {
      return await fetch(url, { ...init, headers, tls: { serverName: hostOf(target) } });
    } catch (error) {
      failure = error;
      if (!NOBODY_THERE.has((error as NodeJS.ErrnoException).code ?? "")) break;
    }
  }
  throw failure;
}

async function read(response: Response, maxBytes: number): Promise<FetchedBytes> {
  if (!response.ok) {
    await response.body?.cancel();
    throw failureOf(response.status);
  }
  const tooLarge = () => new FetchError("too-large", `there are more than ${maxBytes} bytes`);
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  const bytes = chunks.length === 1 && only ? only : Buffer.concat(chunks);
  const mimeType = response.headers.get("content-type")?.split(";")[0]?.trim();
  return { bytes, ...(mimeType ? { mimeType } : {}) };
}

function failureOf(status: number): FetchError {
  if (status === 404 || status === 410) return new FetchError("not-found", `the server answered ${status}`);
  const mayPass = status >= 500 || status === 429 || status === 408;
  return new FetchError("failed", `the server answered ${status}`, { retry: mayPass ? "now" : "never" });
}
