import { ChannelError, FetchError } from "./types.ts";

const MB = 1_000_000;

/** Rejects a file that is bigger than `maxBytes`, before any of it is fetched. Throws `ChannelError`. */
export function assertFits(sizeBytes: number | undefined, maxBytes: number): void {
  if (sizeBytes !== undefined && sizeBytes > maxBytes) throw tooBig(maxBytes);
}

/** That a file is bigger than the gateway takes. */
export function tooBig(maxBytes: number): ChannelError {
  return new ChannelError("too-long", `The file is bigger than ${Math.floor(maxBytes / MB)} MB.`);
}

/**
 * The error of the port for a fetch of a file that failed; anything else stays as it is. Without its cause, which may
 * name the address. `platform` is its name as people know it.
 */
export function ofFetchError(error: unknown, platform: string, maxBytes: number): unknown {
  if (!(error instanceof FetchError)) return error;
  const { code, message, retry } = error;
  switch (code) {
    case "too-large":
      return tooBig(maxBytes);
    case "not-found":
      return new ChannelError("not-found", `${platform} does not have the file any more.`);
    case "refused-address":
      return new ChannelError("forbidden", message);
    case "timed-out":
      return new ChannelError("timed-out", "The file did not come in time.", { retry });
    default:
      return new ChannelError("unreachable", `The file could not be fetched: ${message}.`, { retry });
  }
}
