import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { FetchError } from "../core/errors.ts";

/** `security.ssrfGuard`. */
export interface AddressRules {
  readonly enabled: boolean;
  readonly blockPrivateIPs: boolean;
  readonly blockLocalhost: boolean;
  /** Hosts with or without a port, addresses, `*.example.com`: exceptions to every refusal. */
  readonly allowedHosts: readonly string[];
}

/** All addresses behind a name, of both kinds. Rejects if there are none. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** As this machine resolves names. */
export const systemLookup: Lookup = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/**
 * The addresses at which `url` may be fetched, each of them checked, the ones to try first at the front. Undefined
 * where its host is an exception: then the name itself may be used. Throws `FetchError` "refused-address", which
 * names the key that decides, as soon as one of the addresses is internal; rejects with what `resolve` rejects with.
 */
export async function checkedAddresses(
  url: URL,
  rules: AddressRules,
  resolve: Lookup = systemLookup,
): Promise<readonly string[] | undefined> {
  const host = hostOf(url);
  if (!rules.enabled || isAllowed(host, portOf(url), rules)) return undefined;
  assertPort(url);
  const addresses = ipaddr.isValid(host) ? [host] : await resolve(host);
  if (addresses.length === 0) throw new Error(`no address is known for ${host}`);
  for (const address of addresses) {
    const what = internalKind(address, rules);
    if (what === undefined || isAllowed(address, portOf(url), rules)) continue;
    throw refused(`${host === address ? host : `${host} leads to ${address}, which`} is ${what}`, host);
  }
  // Where both are there, the older kind is rarely the one that leads nowhere.
  return addresses.toSorted((one, other) => one.split(":").length - other.split(":").length);
}

/** The host as names and addresses are written: no brackets, no dot at the end. */
export const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

const portOf = ({ port, protocol }: URL) => port || (protocol === "https:" ? "443" : "80");

/** What an address is that may not be fetched from; undefined for one that may. */
function internalKind(address: string, rules: AddressRules): string | undefined {
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  const kind = KINDS[range] ?? "reserved";
  // Of IPv6 only 2000::/3 is given out; what lies outside may be an address of the older kind in disguise.
  if (kind === "public" && (parsed.kind() === "ipv4" || isInPublicSpace(parsed.toByteArray())))
    return undefined;
  if (kind === "own") return rules.blockLocalhost ? "an address of this machine" : undefined;
  if (kind === "private") return rules.blockPrivateIPs ? "an address of a private network" : undefined;
  return `no public address (${range})`;
}

const isInPublicSpace = ([first = 0]: readonly number[]) => (first & 0xe0) === 0x20;

/** What has no entry, such as link-local (where clouds keep credentials) or an address in disguise, is never allowed. */
const KINDS: Readonly<Record<string, "public" | "own" | "private">> = {
  unicast: "public",
  loopback: "own",
  // On many systems 0.0.0.0 leads to this machine.
  unspecified: "own",
  private: "private",
  uniqueLocal: "private",
  carrierGradeNat: "private",
};

/** Web servers are at these two or above the ports of the system's own services. */
function assertPort(url: URL): void {
  const port = portOf(url);
  if (port === "80" || port === "443" || Number(port) >= 1024) return;
  throw refused(`port ${port} is none of a web server`, `${hostOf(url)}:${port}`);
}

function isAllowed(host: string, port: string, { allowedHosts }: AddressRules): boolean {
  return allowedHosts.some((entry) => {
    const allowed = parseHostRule(entry);
    if (allowed === undefined || (allowed.port !== undefined && allowed.port !== port)) return false;
    if (allowed.host.startsWith("*.")) return host.endsWith(allowed.host.slice(1));
    return allowed.host === host || isSameAddress(allowed.host, host);
  });
}

function isSameAddress(one: string, other: string): boolean {
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false;
  return ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString();
}

/** What an entry of `allowedHosts` says; undefined for a text that names no host. */
export function parseHostRule(entry: string): { host: string; port?: string } | undefined {
  const text = entry.trim().toLowerCase();
  if (ipaddr.IPv6.isValid(text)) return { host: text };
  const [, host = "", port] = /^(\[[0-9a-f:.]+\]|(?:\*\.)?[^\s/:@?#[\]*]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const name = host.replace(/^\*\./, "");
  if (host === "" || !URL.canParse(`http://${name}/`)) return undefined;
  // As URLs have it: `Bücher.example` is `xn--…`.
  const asUrl = hostOf(new URL(`http://${name}/`));
  return { host: host.startsWith("*.") ? `*.${asUrl}` : asUrl, ...(port === undefined ? {} : { port }) };
}

function refused(what: string, entry: string): FetchError {
  return new FetchError(
    "refused-address",
    `${what}; if it may be fetched from, add "${entry}" to security.ssrfGuard.allowedHosts`,
  );
}
