import type { Channel } from "../core/channel.ts";
import { ChannelError, FetchError, GatewayError } from "../core/errors.ts";
import type { Attachment } from "../core/message.ts";
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/within.ts";
import type { FileFailure } from "./file-sentences.ts";

export interface FetchRules {
  readonly maxBytes: number;
  /** How long one try may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const TRIES = 3;
const BETWEEN_TRIES_MS = 1000;
/** Whoever wants a longer pause than this is not waited for: somebody waits for an answer. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * The bytes of an attachment, asked for again where that may help. Rejects with what the last try did, or with the
 * reason of `signal`.
 */
export async function fetchAttachment(
  attachment: Attachment,
  channel: Channel,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { maxBytes, timeoutMs, clock } = rules;
  if ((attachment.sizeBytes ?? 0) > maxBytes) throw tooBig(attachment.sizeBytes);
  const download = channel.download?.bind(channel);
  if (!download) throw new ChannelError("forbidden", `the channel ${channel.name} hands over no files`);
  const late = () => new ChannelError("timed-out", "the file did not come in time", { retry: "now" });
  const once = () =>
    within(timeoutMs, { clock, signal, late }, (either) =>
      download(attachment, { maxBytes, signal: either }),
    );
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = await once();
      if (bytes.length > maxBytes) throw tooBig(bytes.length);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = pauseAfter(error, attempt);
      if (pauseMs === undefined || attempt === TRIES) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}

/** How long to wait before another try; undefined where none would help. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof GatewayError) || error.retry === "never") return undefined;
  const pauseMs = error.retry === "now" ? BETWEEN_TRIES_MS * attempt : error.retry.afterMs;
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : undefined;
}

/** What a failed download means for whoever sent the file. */
export function failureOf(error: unknown): FileFailure {
  const code = error instanceof ChannelError || error instanceof FetchError ? error.code : undefined;
  return (code && FAILURES[code]) ?? "failed";
}

const FAILURES: Readonly<Record<string, FileFailure>> = {
  "not-found": "expired",
  "too-long": "too-big",
  "too-large": "too-big",
  "timed-out": "unreachable",
  unreachable: "unreachable",
  "rate-limited": "unreachable",
};

const tooBig = (bytes = 0) => new ChannelError("too-long", `the file has ${bytes} bytes`);
