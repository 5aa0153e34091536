import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Prompt } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { Attachment, InboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";
import { mapAtMost } from "../lib/at-most.ts";
import type { Clock } from "../lib/clock.ts";
import { extensionOf, HEAD_BYTES, typeByBytes } from "../lib/file-type.ts";
import type { Logger } from "../lib/logger.ts";
import type { DownloadCache } from "./download-cache.ts";
import { downloadOf, failureOf, fetchAttachment, FileTooBig } from "./fetch-attachment.ts";
import type { FileFailure } from "./file-sentences.ts";
import { inboxFolder, placeCopy } from "./inbox-folder.ts";
import { pictureIn } from "./picture.ts";
import { distinctNames, safeName } from "./safe-name.ts";
import type { Heard, Recording } from "./transcription.ts";

export interface IncomingFilesDeps {
  readonly config: () => Pick<Config, "media">;
  readonly cache: DownloadCache;
  readonly hear: (recording: Recording, signal: AbortSignal) => Promise<Heard>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where files come from, and where they are to lie. */
export interface FilesPlace {
  readonly channel: Channel;
  readonly session: SessionKey;
  /** pi's working directory: files are put in `inbox/` there. */
  readonly workspace: string;
  readonly signal: AbortSignal;
}

/** What has become of one file, as pi is told, and what its sender is to hear about it. */
export interface ReceivedFile {
  readonly note: string;
  readonly image?: Prompt["images"][number];
  /** The note in place of a picture for which there is no room. */
  readonly unseen?: string;
  /** What was said in it. */
  readonly spoken?: string;
  readonly complaint?: Complaint;
}

/** Something that whoever sent a file should know. */
export type Complaint = { readonly message: InboundMessage } & (
  | { readonly what: "file"; readonly name: string; readonly failure: FileFailure; readonly mostMb?: number }
  | { readonly what: "voice"; readonly failure: "unset" | "failed" }
);

/** More side by side gains little and takes memory: each is held whole while it comes. */
const AT_ONCE = 3;

/**
 * Fetches what came with messages, in the order of the messages and their attachments: pictures for the model, and
 * every file into the workspace, once. A file that does not come costs nothing but itself. Rejects only when
 * `signal` aborts.
 */
export async function receiveFiles(
  messages: readonly InboundMessage[],
  place: FilesPlace,
  deps: IncomingFilesDeps,
): Promise<readonly (readonly ReceivedFile[])[]> {
  const arrivals = messages.map((message) => arrivalsOf(message, place.workspace));
  const received = await mapAtMost(AT_ONCE, arrivals.flat(), (arrival) => receive(arrival, place, deps));
  const seen = withRoom(received);
  return arrivals.map((of) => seen.splice(0, of.length));
}

/** What one request to a model may hold in pictures is about double this, as base64. */
const MOST_PICTURE_CHARACTERS = 15_000_000;

/** The first pictures as such, as long as there is room for them; the others can be looked at as files. */
function withRoom(files: readonly ReceivedFile[]): ReceivedFile[] {
  let room = MOST_PICTURE_CHARACTERS;
  return files.map((file) => {
    room -= file.image?.base64.length ?? 0;
    if (!file.image || room >= 0) return file;
    return { note: file.unseen ?? file.note };
  });
}

/** One file of a message, and where it is to lie. */
interface Arrival {
  readonly message: InboundMessage;
  readonly attachment: Attachment;
  readonly folder: string;
  readonly name: string;
}

function arrivalsOf(message: InboundMessage, workspace: string): readonly Arrival[] {
  const { attachments } = message;
  if (attachments.length === 0) return [];
  const folder = inboxFolder(workspace, message);
  const names = distinctNames(attachments.map(nameOf));
  return attachments.map((attachment, index) => ({
    message,
    attachment,
    folder,
    name: names[index] ?? "file",
  }));
}

function nameOf({ name = "", kind, isVoice, mimeType }: Attachment): string {
  return safeName(name, `${isVoice ? "voice" : kind}.${extensionOf(mimeType)}`);
}

async function receive(arrival: Arrival, place: FilesPlace, deps: IncomingFilesDeps): Promise<ReceivedFile> {
  const { message, attachment, name } = arrival;
  try {
    return await show(await put(arrival, place, deps), arrival, place, deps);
  } catch (error) {
    place.signal.throwIfAborted();
    const failure = failureOf(error);
    deps.log.warn({ error, message: message.id, kind: attachment.kind }, "a file did not come");
    return {
      note: `[file not available: ${name}: ${REASONS[failure]}]`,
      complaint: { what: "file", message, name, failure, ...limitIn(error) },
    };
  }
}

const limitIn = (error: unknown) => (error instanceof FileTooBig ? { mostMb: error.mostMb } : {});

const REASONS: Readonly<Record<FileFailure, string>> = {
  expired: "it is not there any more",
  "too-big": "it is too big",
  unreachable: "it could not be fetched just now",
  failed: "it could not be fetched",
};

/** The file in the workspace, where an earlier attempt may have put it. */
async function put(
  arrival: Arrival,
  { channel, signal }: FilesPlace,
  deps: IncomingFilesDeps,
): Promise<string> {
  const { attachment, folder, name } = arrival;
  const download = downloadOf(channel);
  const path = join(folder, name);
  if (await exists(path)) return path;
  const { maxDownloadMb, downloadTimeoutMs } = deps.config().media;
  const rules = { maxBytes: maxDownloadMb * 1_048_576, timeoutMs: downloadTimeoutMs, clock: deps.clock };
  const { cacheKey } = attachment;
  const key = cacheKey === undefined ? undefined : JSON.stringify([channel.name, cacheKey]);
  const kept = await deps.cache.file(key, signal, (either) =>
    fetchAttachment(attachment, download, rules, either),
  );
  await placeCopy(kept.path, folder, name);
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function show(
  path: string,
  { message, attachment }: Arrival,
  { session, signal }: FilesPlace,
  deps: IncomingFilesDeps,
): Promise<ReceivedFile> {
  const byBytes = typeByBytes(await Bun.file(path).slice(0, HEAD_BYTES).bytes());
  const mimeType = byBytes ?? attachment.mimeType;
  if (attachment.isVoice) {
    const heard = await deps.hear({ path, mimeType, message, session }, signal);
    if ("text" in heard && heard.text === "")
      return { note: `[voice message in which nothing is said: ${path} (${mimeType})]` };
    if ("text" in heard) return { note: `[voice message: ${path} (${mimeType})]`, spoken: heard.text };
    return {
      note: `[voice message that was not turned into text: ${path} (${mimeType})]`,
      complaint: { what: "voice", message, failure: heard.failure },
    };
  }
  const picture = byBytes?.startsWith("image/") ? await pictureIn(path) : undefined;
  if (!picture) return { note: `[file: ${path} (${mimeType})]` };
  const size = picture.isScaled ? ", shown smaller than it is" : "";
  return {
    note: `[picture: ${path} (${mimeType}${size})]`,
    image: picture.image,
    unseen: `[picture, not shown here: ${path} (${mimeType})]`,
  };
}
