import type { LiveConfig } from "../core/config-live.ts";
import type { FetchBytes } from "../core/fetch.ts";
import { proxyFor } from "../core/proxies.ts";
import { guardedFetch } from "../security/guarded-fetch.ts";

/** How the gateway itself fetches, as the configuration of the moment wants it. */
export function buildFetch(live: LiveConfig): FetchBytes {
  return guardedFetch(() => ({
    rules: live.config.security.ssrfGuard,
    timeoutMs: live.config.media.downloadTimeoutMs,
    proxies: live.loaded.proxies,
  }));
}

/** The way out to an address, for what is no fetch: a socket takes none by itself. */
export function buildProxyFor(live: LiveConfig): (url: string) => string | undefined {
  return (url) => (URL.canParse(url) ? proxyFor(new URL(url), live.loaded.proxies) : undefined);
}
