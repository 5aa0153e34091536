/**
 * The gateway's own way to fetch from an address: size and time bounded, and only from addresses that
 * `security.ssrfGuard` lets it reach, at each redirect anew. Rejects with `FetchError`.
 */
export type FetchBytes = (url: string, limits: FetchLimits) => Promise<FetchedBytes>;

export interface FetchLimits {
  /** The body may have so many bytes once it is unpacked; the rest of a bigger one is not read. */
  readonly maxBytes: number;
  /** Default: `media.downloadTimeoutMs`. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Left out where a redirect leads to another server. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What to send, with POST; GET when absent. The answer to it is never a redirect that is followed. */
  readonly post?: FormData | string | Uint8Array<ArrayBuffer>;
  /** The way out, such as `http://127.0.0.1:8080`; the environment's when absent. */
  readonly proxy?: string;
  /** The host stands in the configuration, such as that of a self-hosted server: it may be a local one. */
  readonly isConfigured?: boolean;
}

export interface FetchedBytes {
  readonly bytes: Uint8Array;
  readonly mimeType?: string;
}
