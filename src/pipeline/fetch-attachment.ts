import type { Channel } from "../core/channel.ts";
import { ChannelError, FetchError, GatewayError, type Retry } from "../core/errors.ts";
import type { Attachment } from "../core/message.ts";
import type { Clock } from "../lib/clock.ts";
import { DeadlineError, withDeadline } from "../lib/with-deadline.ts";
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
  download: NonNullable<Channel["download"]>,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { maxBytes, timeoutMs, clock } = rules;
  const { sizeBytes = 0 } = attachment;
  if (sizeBytes > maxBytes) throw new FileTooBig(sizeBytes, maxBytes);
  const once = () =>
    withDeadline((either) => download(attachment, { maxBytes, signal: either }), {
      clock,
      ms: timeoutMs,
      signal,
    });
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = await once();
      if (bytes.length > maxBytes) throw new FileTooBig(bytes.length, maxBytes);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = pauseAfter(error, attempt);
      if (pauseMs === undefined || attempt === TRIES) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}

/** How the channel hands over files. Throws where it does not. */
export function downloadOf(channel: Channel): NonNullable<Channel["download"]> {
  const download = channel.download?.bind(channel);
  if (download) return download;
  throw new ChannelError("forbidden", `the channel ${channel.name} hands over no files`);
}

/** How long to wait before another try; undefined where none would help. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  const retry = retryOf(error);
  if (retry === "never") return undefined;
  const pauseMs = retry === "now" ? BETWEEN_TRIES_MS * attempt : retry.afterMs;
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : undefined;
}

function retryOf(error: unknown): Retry {
  if (error instanceof DeadlineError) return "now";
  return error instanceof GatewayError ? error.retry : "never";
}

/** What a failed download means for whoever sent the file. */
export function failureOf(error: unknown): FileFailure {
  if (error instanceof DeadlineError) return "unreachable";
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

/** Bigger than the configuration allows; a channel may have a lower limit of its own. */
export class FileTooBig extends ChannelError {
  readonly mostMb: number;
  constructor(bytes: number, maxBytes: number) {
    super("too-long", `the file has ${bytes} bytes, which is more than ${maxBytes}`);
    this.mostMb = Math.floor(maxBytes / 1_048_576);
  }
}
