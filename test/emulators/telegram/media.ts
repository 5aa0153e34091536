import type { PhotoSize } from "@grammyjs/types";
import type { Upload } from "../common/multipart.ts";
import { badRequest } from "./api-failure.ts";
import type { FileKind, StoredFile } from "./file-store.ts";
import type { Content } from "./world.ts";

/** What a sender says of a file beside its bytes. */
export interface MediaFacts {
  readonly type?: string;
  readonly duration?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly length?: number | undefined;
  readonly performer?: string | undefined;
  readonly title?: string | undefined;
  readonly emoji?: string | undefined;
}

const MIB = 1024 * 1024;
const MOST_OF_A_PHOTO = 10 * MIB;
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  mp4: "video/mp4",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  json: "application/json",
  zip: "application/zip",
};

/** The part of a message that is a file of some kind. */
export function mediaContent(file: StoredFile, kind: FileKind, facts: MediaFacts = {}): Content {
  const base = { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.bytes.length };
  const named = { ...base, file_name: file.name, mime_type: mimeTypeOf(file) };
  const { duration = 1, width = 320, height = 240 } = facts;
  switch (kind) {
    case "photo":
      return { photo: sizesOf(file) };
    case "document":
      return { document: named };
    case "audio":
      return { audio: { ...named, duration, ...told(facts, ["performer", "title"]) } };
    case "voice":
      return { voice: { ...base, mime_type: mimeTypeOf(file), duration } };
    case "video":
      return { video: { ...named, duration, width, height } };
    case "video_note":
      return { video_note: { ...base, duration, length: facts.length ?? 240 } };
    case "animation":
      return { animation: { ...named, duration, width, height }, document: named };
    default: {
      const look = { type: "regular", width: 512, height: 512, is_animated: false, is_video: false } as const;
      return { sticker: { ...base, ...look, ...told(facts, ["emoji"]) } };
    }
  }
}

/** Those of the facts that were told. */
function told<K extends "performer" | "title" | "emoji">(
  facts: MediaFacts,
  keys: readonly K[],
): { [P in K]?: string } {
  const found: { [P in K]?: string } = {};
  for (const key of keys) {
    const value = facts[key];
    if (value !== undefined) found[key] = value;
  }
  return found;
}

/** Throws what the server answers to a file that it does not take as what it is sent as. */
export function checkUpload(kind: FileKind, { bytes }: Upload): void {
  if (bytes.length === 0) throw badRequest("file must be non-empty");
  if (kind !== "photo") return;
  if (bytes.length > MOST_OF_A_PHOTO) {
    throw badRequest(
      `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${MOST_OF_A_PHOTO} bytes`,
    );
  }
  if (!isPicture(bytes)) throw badRequest("IMAGE_PROCESS_FAILED");
  const { width, height } = dimensionsOf(bytes);
  if (width + height > 10_000 || width > 20 * height || height > 20 * width) {
    throw badRequest("PHOTO_INVALID_DIMENSIONS");
  }
}

/** A voice message has to be Opus, MP3 or M4A; Telegram shows any other file as what it is. */
export function shownKind(kind: FileKind, file: StoredFile): FileKind {
  if (kind !== "voice") return kind;
  return ["audio/ogg", "audio/mpeg", "audio/mp4"].includes(mimeTypeOf(file)) ? "voice" : "document";
}

function mimeTypeOf({ name, mimeType }: Upload): string {
  const isTold = mimeType !== "" && !mimeType.startsWith("application/octet-stream");
  const type = isTold ? mimeType : TYPES[name.split(".").at(-1)?.toLowerCase() ?? ""];
  return type?.split(";")[0] ?? "application/octet-stream";
}

function sizesOf({ id, uniqueId, bytes }: StoredFile): PhotoSize[] {
  const { width, height } = dimensionsOf(bytes);
  const scale = Math.min(1, 90 / Math.max(width, height));
  const small = { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
  return [
    { file_id: `${id}_s`, file_unique_id: `${uniqueId}s`, ...small, file_size: Math.min(bytes.length, 900) },
    { file_id: id, file_unique_id: uniqueId, width, height, file_size: bytes.length },
  ];
}

function isPicture(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  return (
    ["\u0089PNG", "\u00ff\u00d8\u00ff", "GIF8"].some((magic) => head.startsWith(magic)) ||
    /^RIFF.{4}WEBP/s.test(head)
  );
}

/** The size of a PNG; of others something usual, since nobody looks at them here. */
function dimensionsOf(bytes: Uint8Array): { width: number; height: number } {
  const view = Buffer.from(bytes);
  if (view.length < 24 || view.toString("latin1", 1, 4) !== "PNG") return { width: 640, height: 480 };
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
}

const SAMPLE_NAMES: Readonly<Record<FileKind, string>> = {
  photo: "photo.png",
  document: "notes.txt",
  audio: "song.mp3",
  voice: "voice.ogg",
  video: "clip.mp4",
  video_note: "note.mp4",
  animation: "wave.mp4",
  sticker: "sticker.webp",
};
/** A picture of one red pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** A file of that kind, for when nobody cares what is in it. */
export function sampleOf(kind: FileKind): Upload {
  const name = SAMPLE_NAMES[kind];
  const bytes = kind === "photo" ? Buffer.from(PIXEL, "base64") : Buffer.from(`bytes of ${name}`);
  return { name, mimeType: "", bytes: new Uint8Array(bytes) };
}
