import type { MediaItem } from "../../../types.ts";
import type { MessageBody } from "./posts.ts";

/** How Feishu shows a file, and as what it is uploaded. */
export interface FileKind {
  readonly message: Extract<MessageBody["type"], "image" | "file" | "audio" | "media">;
  /** Absent for an image. */
  readonly upload?: "opus" | "mp4" | "pdf" | "doc" | "xls" | "ppt" | "stream";
}

/** Bigger pictures go as files. */
const MOST_IMAGE_BYTES = 10_000_000;
const AS_IMAGE = /^image\/(jpeg|png|webp|gif|bmp|x-ms-bmp)$/;
const AS_OPUS = /^(audio\/(ogg|opus)|application\/ogg)$/;
const DOCUMENTS: readonly (readonly [RegExp, NonNullable<FileKind["upload"]>])[] = [
  [/\.pdf$/i, "pdf"],
  [/\.docx?$/i, "doc"],
  [/\.xlsx?$/i, "xls"],
  [/\.pptx?$/i, "ppt"],
];

/** As what a file is shown: as what was asked for where Feishu takes its form as that, else as a file. */
export function fileKindOf(item: MediaItem, name: string, sizeBytes: number): FileKind {
  const mime = mimeOf(item);
  switch (item.media) {
    case "photo":
    case "sticker":
      return AS_IMAGE.test(mime) && sizeBytes <= MOST_IMAGE_BYTES ? { message: "image" } : documentKind(name);
    case "audio":
      return AS_OPUS.test(mime) ? { message: "audio", upload: "opus" } : documentKind(name);
    case "video":
      return mime === "video/mp4" ? { message: "media", upload: "mp4" } : documentKind(name);
    default:
      return documentKind(name);
  }
}

/** As a file to be fetched. */
export function documentKind(name: string): FileKind {
  const [, upload = "stream"] = DOCUMENTS.find(([pattern]) => pattern.test(name)) ?? [];
  return { message: "file", upload };
}

/** Feishu has no captions: each is a message of its own. */
export function holdsCaption({ caption }: MediaItem): boolean {
  return caption === undefined;
}

/** Feishu has no albums. */
export function albumsOf(items: readonly MediaItem[]): readonly (readonly MediaItem[])[] {
  return items.map((item) => [item]);
}

function mimeOf({ mimeType, name, path }: MediaItem): string {
  const [mime = ""] = (mimeType ?? Bun.file(name ?? path).type).split(";");
  return mime.trim().toLowerCase();
}
