import { createHash } from "node:crypto";
import type { Upload } from "../common/multipart.ts";

export type FileKind =
  "photo" | "document" | "audio" | "voice" | "video" | "video_note" | "animation" | "sticker";

/** A file that Telegram keeps, under the id by which it was named to bots. */
export interface StoredFile extends Upload {
  readonly id: string;
  /** The same for the same bytes. */
  readonly uniqueId: string;
  readonly kind: FileKind;
  /** The part of a download address behind the token; without the name and type it came with. */
  readonly path: string;
}

const FOLDERS: Readonly<Record<FileKind, readonly [folder: string, extension: string]>> = {
  photo: ["photos", "jpg"],
  document: ["documents", ""],
  audio: ["music", "mp3"],
  voice: ["voice", "oga"],
  video: ["videos", "mp4"],
  video_note: ["video_notes", "mp4"],
  animation: ["animations", "mp4"],
  sticker: ["stickers", "webp"],
};

/** Every file with its bytes. A download address is good for an hour after it was asked for. */
export class FileStore {
  readonly #files = new Map<string, StoredFile>();
  readonly #linkedUntil = new Map<string, number>();

  add(kind: FileKind, upload: Upload): StoredFile {
    const number = this.#files.size + 1;
    const [folder, fixed] = FOLDERS[kind];
    const extension = fixed || upload.name.split(".").at(-1) || "bin";
    const file: StoredFile = {
      ...upload,
      id: `BQAC${kind}_${number}`,
      uniqueId: `AgAD${createHash("sha256").update(upload.bytes).digest("base64url").slice(0, 12)}`,
      kind,
      path: `${folder}/file_${number}.${extension}`,
    };
    this.#files.set(file.id, file);
    return file;
  }

  byId(id: string): StoredFile | undefined {
    // The small sizes of a photo are the same file here.
    return this.#files.get(id.replace(/_s$/, ""));
  }

  link(file: StoredFile, untilMs: number): void {
    this.#linkedUntil.set(file.path, untilMs);
  }

  byLink(path: string, nowMs: number): StoredFile | undefined {
    if ((this.#linkedUntil.get(path) ?? 0) < nowMs) return undefined;
    return [...this.#files.values()].find((file) => file.path === path);
  }
}
