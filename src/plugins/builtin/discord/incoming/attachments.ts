import type {
  APIAttachment,
  APIMessage,
  APIMessageSnapshotFields,
  APIStickerItem,
} from "discord-api-types/v10";
import type { Attachment } from "../../../types.ts";

/** What may hold files: a message, or what was passed on with one. */
type Holder = Partial<Pick<APIMessage, "attachments" | "sticker_items" | "flags" | "message_snapshots">> &
  Partial<APIMessageSnapshotFields>;

/** Where a file is: its link runs out after a day, so the message that holds it is named as well. */
export interface FileSource {
  readonly channel: string;
  readonly message: string;
  readonly file: string;
  readonly url: string;
}

const IS_VOICE = 1 << 13;
/** Formats of stickers: those that are one picture, as a file. The others move and are read by nothing. */
const STICKER_TYPES: Readonly<Record<number, { readonly ending: string; readonly mimeType: string }>> = {
  1: { ending: "png", mimeType: "image/png" },
  2: { ending: "png", mimeType: "image/apng" },
  4: { ending: "gif", mimeType: "image/gif" },
};

/** The files of a message, and of what it passes on: named, not fetched. `stickerRoot` is where stickers are. */
export function attachmentsOf(
  message: Holder & Pick<APIMessage, "id" | "channel_id">,
  stickerRoot: string,
): readonly Attachment[] {
  const at = { channel: message.channel_id, message: message.id };
  const holders: readonly Holder[] = [
    message,
    ...(message.message_snapshots ?? []).map(({ message: snapshot }): Holder => snapshot),
  ];
  return holders.flatMap((holder) => [
    ...(holder.attachments ?? []).map((file) => attachmentOf(file, holder, at)),
    ...(holder.sticker_items ?? []).flatMap((sticker) => stickerOf(sticker, stickerRoot, at)),
  ]);
}

/** The handle of a file, as `Attachment.source`. */
export function sourceOf({ channel, message, file, url }: FileSource): string {
  return [channel, message, file, url].join(" ");
}

/** Reads a handle back; undefined for a text that is none. */
export function readSource(source: string): FileSource | undefined {
  const [channel, message, file, url] = source.split(" ");
  return channel && message && file && url ? { channel, message, file, url } : undefined;
}

/** The link of a file in a message that was fetched again. */
export function urlIn(message: Holder, file: string): string | undefined {
  const holders: readonly Holder[] = [
    message,
    ...(message.message_snapshots ?? []).map((one): Holder => one.message),
  ];
  return holders.flatMap(({ attachments = [] }) => attachments).find(({ id }) => id === file)?.url;
}

function attachmentOf(
  { id, url, filename, size, content_type }: APIAttachment,
  { flags }: Holder,
  at: Pick<FileSource, "channel" | "message">,
): Attachment {
  const mimeType = content_type?.split(";")[0]?.trim() || "application/octet-stream";
  return {
    kind: kindOf(mimeType),
    mimeType,
    name: filename,
    sizeBytes: size,
    source: sourceOf({ ...at, file: id, url }),
    cacheKey: `discord/${id}`,
    ...(((flags ?? 0) & IS_VOICE) === 0 ? {} : { isVoice: true }),
  };
}

/** A drawing in SVG is a text, which no model takes as a picture. */
function kindOf(mimeType: string): Attachment["kind"] {
  if (mimeType.startsWith("image/") && mimeType !== "image/svg+xml") return "photo";
  if (mimeType.startsWith("audio/")) return "audio";
  return mimeType.startsWith("video/") ? "video" : "document";
}

function stickerOf(
  { id, name, format_type }: APIStickerItem,
  root: string,
  at: Pick<FileSource, "channel" | "message">,
): readonly Attachment[] {
  const type = STICKER_TYPES[format_type];
  if (!type) return [];
  const { ending, mimeType } = type;
  const url = `${root}/stickers/${id}.${ending}`;
  const source = sourceOf({ ...at, file: `sticker-${id}`, url });
  return [
    { kind: "sticker", mimeType, name: `${name}.${ending}`, source, cacheKey: `discord/sticker/${id}` },
  ];
}
