import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { FetchError } from "../core/errors.ts";
import type { FetchBytes, FetchedBytes, FetchLimits } from "../core/fetch.ts";

/** `security.ssrfGuard`. */
export interface AddressRules {
  readonly enabled: boolean;
  readonly blockPrivateIPs: boolean;
  readonly blockLocalhost: boolean;
  readonly allowedHosts: readonly string[];
}

export interface FetchSettings {
  readonly rules: AddressRules;
  readonly timeoutMs: number;
}

const MOST_REDIRECTS = 5;

/** The one way in which the gateway itself fetches from addresses that others name. */
export function guardedFetch(settings: () => FetchSettings): FetchBytes {
  return async (url, limits) => {
    const { rules, timeoutMs } = settings();
    const patience = AbortSignal.timeout(limits.timeoutMs ?? timeoutMs);
    const signal = AbortSignal.any([limits.signal, patience]);
    try {
      return await follow(url, { ...limits, signal }, rules);
    } catch (cause) {
      if (cause instanceof FetchError) throw cause;
      if (patience.aborted)
        throw new FetchError("timed-out", "the file did not come in time", { cause, retry: "now" });
      throw new FetchError("unreachable", "the file's server could not be reached", { cause, retry: "now" });
    }
  };
}

async function follow(first: string, limits: FetchLimits, rules: AddressRules): Promise<FetchedBytes> {
  let url = first;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const target = parse(url);
    if (hop > 0 || !limits.isConfigured) await assertReachable(target, rules);
    const response = await fetch(target, {
      redirect: "manual",
      signal: limits.signal,
      ...(limits.headers ? { headers: limits.headers } : {}),
      ...(limits.proxy === undefined ? {} : { proxy: limits.proxy }),
    });
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || next === null)
      return read(response, limits.maxBytes);
    url = new URL(next, target).href;
  }
  throw new FetchError("failed", "the file's server sends from one address to the next");
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new FetchError("refused-address", "only http and https addresses can be fetched");
}

/** Throws `FetchError` "refused-address" unless every address behind the host may be reached. */
async function assertReachable({ hostname }: URL, rules: AddressRules): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (!rules.enabled || rules.allowedHosts.includes(host)) return;
  const addresses = ipaddr.isValid(host)
    ? [host]
    : (await lookup(host, { all: true })).map((one) => one.address);
  for (const address of addresses) {
    const range = ipaddr.process(address).range();
    if (range === "unicast") continue;
    if (range === "loopback" ? !rules.blockLocalhost : !rules.blockPrivateIPs) continue;
    throw new FetchError(
      "refused-address",
      `${host} is an internal address; if it may be fetched from, add it to security.ssrfGuard.allowedHosts`,
    );
  }
}

async function read(response: Response, maxBytes: number): Promise<FetchedBytes> {
  if (response.status === 404 || response.status === 410)
    throw new FetchError("not-found", "the file is gone");
  if (!response.ok) throw new FetchError("failed", `the file's server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new FetchError("too-large", `the file is bigger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const mimeType = response.headers.get("content-type")?.split(";")[0]?.trim();
  return { bytes: Buffer.concat(chunks), ...(mimeType ? { mimeType } : {}) };
}
