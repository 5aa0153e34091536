import type { Message } from "grammy/types";
import type { MediaItem } from "../../../types.ts";

/** How Telegram shows a file: each has a method of its own. */
export type FileKind =
  "photo" | "video" | "animation" | "audio" | "voice" | "video_note" | "sticker" | "document";

/** Bigger pictures go as files. */
export const MOST_PHOTO_BYTES = 10_000_000;

const AS_PHOTO = /^image\/(jpeg|png|webp|bmp)$/;
const AS_VIDEO = /^video\/(mp4|quicktime|x-m4v)$/;
const AS_VOICE = /^(audio\/(ogg|opus)|application\/ogg)$/;
const AS_STICKER = /^(image\/webp|video\/webm|application\/(x-tgsticker|gzip))$/;

/** As what a file is shown: as what was asked for where Telegram takes its form as that, else as a document. */
export function fileKindOf(item: MediaItem, sizeBytes = item.sizeBytes ?? 0): FileKind {
  const mime = mimeOf(item);
  switch (item.media) {
    case "photo":
      return pictureKind(mime, sizeBytes);
    case "sticker":
      return AS_STICKER.test(mime) ? "sticker" : pictureKind(mime, sizeBytes);
    case "video":
      if (mime === "image/gif") return "animation";
      if (!AS_VIDEO.test(mime)) return "document";
      return item.isNote ? "video_note" : "video";
    case "audio":
      return AS_VOICE.test(mime) || item.isNote ? "voice" : "audio";
    default:
      return "document";
  }
}

function pictureKind(mime: string, sizeBytes: number): FileKind {
  if (mime === "image/gif") return "animation";
  return AS_PHOTO.test(mime) && sizeBytes <= MOST_PHOTO_BYTES ? "photo" : "document";
}

function mimeOf({ mimeType, name, path }: MediaItem): string {
  const [mime = ""] = (mimeType ?? Bun.file(name ?? path).type).split(";");
  return mime.trim().toLowerCase();
}

/** What may stand in one album: pictures with videos, audio files and documents each with their own kind. */
export type AlbumClass = "pictures" | "audio" | "document";

const CLASS: Readonly<Partial<Record<FileKind, AlbumClass>>> = {
  photo: "pictures",
  video: "pictures",
  audio: "audio",
  document: "document",
};

/** Undefined for what stands in no album. */
export function albumClassOf(kind: FileKind): AlbumClass | undefined {
  return CLASS[kind];
}

const NO_CAPTION: ReadonlySet<FileKind> = new Set(["sticker", "video_note"]);

export function takesCaption(kind: FileKind): boolean {
  return !NO_CAPTION.has(kind);
}

const NAMED: ReadonlySet<FileKind> = new Set(["document", "audio", "animation", "video"]);

/** Whether people see the name that the file was uploaded with. */
export function keepsName(kind: FileKind): boolean {
  return NAMED.has(kind);
}

/** Telegram's id of the file that a message shows in the way that was asked for. */
export function fileIdIn(message: Message, kind: FileKind): string | undefined {
  if (kind === "photo") return message.photo?.at(-1)?.file_id;
  return message[kind]?.file_id;
}
