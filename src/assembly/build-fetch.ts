import type { LiveConfig } from "../core/config-live.ts";
import type { FetchBytes } from "../core/fetch.ts";
import { guardedFetch } from "../security/guarded-fetch.ts";

/** How the gateway itself fetches, as the configuration of the moment wants it. */
export function buildFetch(live: LiveConfig): FetchBytes {
  return guardedFetch(() => ({
    rules: live.config.security.ssrfGuard,
    timeoutMs: live.config.media.downloadTimeoutMs,
    proxies: live.loaded.proxies,
  }));
}
