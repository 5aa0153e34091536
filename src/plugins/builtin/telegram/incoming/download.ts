import { assertFits, ofFetchError } from "../../../fetched-file.ts";
import type { Attachment, ChannelHost, DownloadOptions } from "../../../types.ts";
import { ChannelError } from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";
import type { BotCalls } from "./bot-calls.ts";

export interface DownloadParts {
  readonly calls: Pick<BotCalls, "getFile">;
  readonly fetch: ChannelHost["fetch"];
  readonly token: string;
  readonly apiRoot?: string | undefined;
  readonly proxy?: string | undefined;
  /** The account's own limit. */
  readonly maxBytes: number;
}

const TELEGRAM = "https://api.telegram.org";

/** The bytes of a file that came with a message. Rejects with `ChannelError`, in sentences that never hold the token. */
export async function download(
  { source, sizeBytes }: Pick<Attachment, "source" | "sizeBytes">,
  options: DownloadOptions,
  parts: DownloadParts,
): Promise<Uint8Array> {
  const maxBytes = Math.min(options.maxBytes, parts.maxBytes);
  assertFits(sizeBytes, maxBytes);
  const { file_path: path, file_size } = await parts.calls
    .getFile(source, options.signal)
    .catch((error: unknown) => Promise.reject(toChannelError(error, "getFile")));
  assertFits(file_size, maxBytes);
  try {
    const { bytes } = await parts.fetch(addressOf(path, parts), {
      maxBytes,
      signal: options.signal,
      // Telegram's server, or the one in the configuration: nobody else has named it.
      isConfigured: true,
      ...(parts.proxy === undefined ? {} : { proxy: parts.proxy }),
    });
    return bytes;
  } catch (error) {
    throw ofFetchError(error, "Telegram", maxBytes);
  }
}

function addressOf(path: string | undefined, { token, apiRoot = TELEGRAM }: DownloadParts): string {
  if (path === undefined) throw new ChannelError("not-found", "Telegram does not have the file any more.");
  const segments = path.split("/");
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || segments.includes("..")) {
    throw new ChannelError(
      "forbidden",
      "The Bot API server names a file of its own disk; start it without --local, so that files can be fetched from it.",
    );
  }
  const root = apiRoot.replace(/\/+$/, "");
  return `${root}/file/bot${token}/${segments.map(encodeURIComponent).join("/")}`;
}
