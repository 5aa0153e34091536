import { assertFits, ofFetchError } from "../../../fetched-file.ts";
import {
  type Attachment,
  ChannelError,
  type ChannelHost,
  type DownloadOptions,
  FetchError,
} from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";
import { type FileSource, readSource, urlIn } from "./attachments.ts";
import type { DiscordCalls } from "./discord-calls.ts";

export interface DownloadParts {
  readonly calls: Pick<DiscordCalls, "message">;
  readonly fetch: ChannelHost["fetch"];
  readonly apiRoot?: string | undefined;
  readonly proxy?: string | undefined;
  /** The account's own limit. */
  readonly maxBytes: number;
}

const DISCORD_HOSTS = new Set(["cdn.discordapp.com", "media.discordapp.net"]);

/**
 * The bytes of a file that came with a message, whose link is asked for anew where it has run out. Rejects with
 * `ChannelError`.
 */
export async function download(
  { source, sizeBytes }: Pick<Attachment, "source" | "sizeBytes">,
  options: DownloadOptions,
  parts: DownloadParts,
): Promise<Uint8Array> {
  const maxBytes = Math.min(options.maxBytes, parts.maxBytes);
  assertFits(sizeBytes, maxBytes);
  const file = readSource(source);
  if (!file) throw new ChannelError("not-found", "Discord does not have the file any more.");
  const limits = { ...options, maxBytes };
  try {
    return await fetchFrom(file.url, limits, parts);
  } catch (error) {
    if (!isRefused(error)) throw ofFetchError(error, "Discord", maxBytes);
    return fetchAnew(file, limits, parts);
  }
}

/** A link that has run out is refused, or leads nowhere. */
function isRefused(error: unknown): boolean {
  return error instanceof FetchError && (error.code === "not-found" || error.code === "failed");
}

async function fetchAnew(
  file: FileSource,
  limits: DownloadOptions,
  parts: DownloadParts,
): Promise<Uint8Array> {
  const message = await parts.calls
    .message(file.channel, file.message, limits.signal)
    .catch((error: unknown) => Promise.reject(toChannelError(error, true)));
  const url = urlIn(message, file.file);
  if (url === undefined) throw new ChannelError("not-found", "Discord does not have the file any more.");
  try {
    return await fetchFrom(url, limits, parts);
  } catch (error) {
    throw ofFetchError(error, "Discord", limits.maxBytes);
  }
}

async function fetchFrom(url: string, limits: DownloadOptions, parts: DownloadParts): Promise<Uint8Array> {
  const { bytes } = await parts.fetch(url, {
    ...limits,
    isConfigured: isOfServer(url, parts.apiRoot),
    ...(parts.proxy === undefined ? {} : { proxy: parts.proxy }),
  });
  return bytes;
}

/** Discord's own servers, or the one in the configuration; an address that somebody else named is looked at closely. */
function isOfServer(url: string, apiRoot: string | undefined): boolean {
  const { host, protocol } = new URL(url);
  if (apiRoot !== undefined) return new URL(apiRoot).host === host;
  return protocol === "https:" && DISCORD_HOSTS.has(host);
}
