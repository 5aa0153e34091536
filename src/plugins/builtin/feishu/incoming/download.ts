import { assertFits, ofFetchError } from "../../../fetched-file.ts";
import {
  type Attachment,
  ChannelError,
  type ChannelHost,
  type DownloadOptions,
  FetchError,
} from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";
import type { AppCalls } from "./app-calls.ts";

export interface DownloadParts {
  readonly calls: Pick<AppCalls, "token" | "bot">;
  readonly fetch: ChannelHost["fetch"];
  /** The address of Feishu's servers. */
  readonly origin: string;
  readonly proxy?: string | undefined;
  /** The account's own limit. */
  readonly maxBytes: number;
}

/** The bytes of a file that came with a message. Rejects with `ChannelError`, in sentences that hold no secret. */
export async function download(
  { source, sizeBytes }: Pick<Attachment, "source" | "sizeBytes">,
  options: DownloadOptions,
  parts: DownloadParts,
): Promise<Uint8Array> {
  const maxBytes = Math.min(options.maxBytes, parts.maxBytes);
  assertFits(sizeBytes, maxBytes);
  const [message, type, key] = source.split("/");
  if (!message || !type || !key) throw new ChannelError("not-found", "Feishu has no such file.");
  const path = `/open-apis/im/v1/messages/${encodeURIComponent(message)}/resources/${encodeURIComponent(key)}`;
  const url = `${parts.origin}${path}?type=${encodeURIComponent(type)}`;
  const token = await tokenOf(parts, options);
  try {
    return await fetched(url, token, { maxBytes, signal: options.signal }, parts);
  } catch (error) {
    const other = isRefused(error) ? await otherToken(token, parts, options) : undefined;
    if (other === undefined) throw toPortError(error, maxBytes);
    return fetched(url, other, { maxBytes, signal: options.signal }, parts).catch((again: unknown) =>
      Promise.reject(toPortError(again, maxBytes)),
    );
  }
}

async function fetched(
  url: string,
  token: string,
  limits: DownloadOptions,
  parts: DownloadParts,
): Promise<Uint8Array> {
  const { bytes } = await parts.fetch(url, {
    ...limits,
    headers: { authorization: `Bearer ${token}` },
    // Feishu's server, or the one in the configuration: nobody else has named it.
    isConfigured: true,
    ...(parts.proxy === undefined ? {} : { proxy: parts.proxy }),
  });
  return bytes;
}

async function tokenOf({ calls }: DownloadParts, { signal }: DownloadOptions): Promise<string> {
  return calls.token(signal).catch((error: unknown) => Promise.reject(toChannelError(error, "token")));
}

/** Another token, if the one that was refused is worth nothing any more: a call finds that out, and gets another. */
async function otherToken(
  token: string,
  parts: DownloadParts,
  options: DownloadOptions,
): Promise<string | undefined> {
  try {
    await parts.calls.bot(options.signal);
  } catch (error) {
    throw toChannelError(error, "bot");
  }
  const other = await tokenOf(parts, options);
  return other === token ? undefined : other;
}

/** Refused for good, and not because there is no such file: for a reason that a download does not tell. */
const isRefused = (error: unknown) =>
  error instanceof FetchError && error.code === "failed" && error.retry === "never";

function toPortError(error: unknown, maxBytes: number): unknown {
  if (!isRefused(error)) return ofFetchError(error, "Feishu", maxBytes);
  return new ChannelError(
    "forbidden",
    "Feishu does not hand out the file: it is gone, restricted, or the app lacks the permission im:resource.",
  );
}
