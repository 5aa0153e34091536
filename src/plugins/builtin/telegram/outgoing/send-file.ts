import type { InputFile } from "grammy";
import type {
  InputMediaAudio,
  InputMediaDocument,
  InputMediaPhoto,
  InputMediaVideo,
  Message,
} from "grammy/types";
import type { GrammySignal } from "./api.ts";
import type { RawApi } from "./calls.ts";
import { albumClassOf, type FileKind } from "./file-kind.ts";
import type { Wishes } from "./wishes.ts";

/** A file in a call: Telegram's id for it, or its bytes. */
export type FileSource = string | InputFile;

export interface Caption {
  readonly caption?: string;
  readonly parse_mode?: "HTML";
}

export interface FileFields extends Wishes, Caption {
  readonly chat_id: number | string;
}

export type SendFile = (
  raw: RawApi,
  fields: FileFields,
  file: FileSource,
  signal: GrammySignal,
) => Promise<Message>;

/** The method for each kind of file, and the call. */
export const SEND_FILE: Readonly<Record<FileKind, { readonly method: string; readonly send: SendFile }>> = {
  photo: {
    method: "sendPhoto",
    send: (raw, fields, photo, signal) => raw.sendPhoto({ ...fields, photo }, signal),
  },
  video: {
    method: "sendVideo",
    send: (raw, fields, video, signal) =>
      raw.sendVideo({ ...fields, video, supports_streaming: true }, signal),
  },
  animation: {
    method: "sendAnimation",
    send: (raw, fields, animation, signal) => raw.sendAnimation({ ...fields, animation }, signal),
  },
  audio: {
    method: "sendAudio",
    send: (raw, fields, audio, signal) => raw.sendAudio({ ...fields, audio }, signal),
  },
  voice: {
    method: "sendVoice",
    send: (raw, fields, voice, signal) => raw.sendVoice({ ...fields, voice }, signal),
  },
  video_note: {
    method: "sendVideoNote",
    send: (raw, fields, note, signal) => raw.sendVideoNote({ ...fields, video_note: note }, signal),
  },
  sticker: {
    method: "sendSticker",
    send: (raw, fields, sticker, signal) => raw.sendSticker({ ...fields, sticker }, signal),
  },
  document: {
    method: "sendDocument",
    // What was asked for as a file stays the file it is, even if Telegram could show it otherwise.
    send: (raw, fields, document, signal) =>
      raw.sendDocument({ ...fields, document, disable_content_type_detection: true }, signal),
  },
};

interface AlbumEntry {
  readonly kind: FileKind;
  readonly media: FileSource;
  readonly caption: Caption;
}

/** Files as the items of one album: all of one class, documents where they are of several. */
export function albumItemsOf(files: readonly AlbumEntry[]) {
  if (files.every(({ kind }) => kind === "audio")) {
    return files.map(({ media, caption }): InputMediaAudio => ({ type: "audio", media, ...caption }));
  }
  if (files.every(({ kind }) => albumClassOf(kind) === "pictures")) {
    return files.map(({ kind, media, caption }): InputMediaPhoto | InputMediaVideo =>
      kind === "video"
        ? { type: "video", media, ...caption, supports_streaming: true }
        : { type: "photo", media, ...caption },
    );
  }
  return files.map(({ media, caption }): InputMediaDocument => ({ type: "document", media, ...caption }));
}
