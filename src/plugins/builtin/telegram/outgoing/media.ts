import type { Message } from "grammy/types";
import { PlatformError } from "../../../platform-error.ts";
import type {
  Address,
  AlbumMessage,
  MediaItem,
  MediaMessage,
  MessageRef,
  SendOptions,
} from "../../../types.ts";
import type { Uploads } from "../../../uploads.ts";
import { signalFor } from "./api.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";
import { albumClassOf, fileIdIn, keepsName, takesCaption } from "./file-kind.ts";
import { type LocalFile, openLocalFile, uploadOf } from "./local-file.ts";
import type { Rendering } from "./rendering.ts";
import { type Caption, type FileSource, SEND_FILE, albumItemsOf } from "./send-file.ts";
import { wishesOf } from "./wishes.ts";

export interface MediaParts {
  readonly calls: Calls;
  readonly rendering: Rendering;
  readonly uploads: Uploads;
  /** Every message comes without a sound. */
  readonly isSilent: boolean;
  readonly isOwnServer: boolean;
}

type Post = (sources: readonly FileSource[]) => Promise<readonly Message[]>;

/** Sends files, alone and as albums. */
export class Media {
  readonly #parts: MediaParts;

  constructor(parts: MediaParts) {
    this.#parts = parts;
  }

  async send(to: Address, message: MediaMessage, options: SendOptions): Promise<MessageRef> {
    const file = await openLocalFile(message, this.#parts.isOwnServer);
    return this.#refOf(to, [file], ([only = file]) => this.#sendOne(to, message, only, options));
  }

  /** `albumsOf` tells what may be one album; whatever else comes as one goes as documents. */
  async sendAlbum(to: Address, message: AlbumMessage, options: SendOptions): Promise<MessageRef> {
    const files = await Promise.all(
      message.items.map((item) => openLocalFile(item, this.#parts.isOwnServer)),
    );
    const [only, ...others] = files;
    if (!only) throw new PlatformError("fault", "not-found", "There is nothing in the album.");
    if (others.length === 0) {
      const alone: MediaMessage = { ...message, ...only.item, kind: "media" };
      return this.#refOf(to, [only], ([file = only]) => this.#sendOne(to, alone, file, options));
    }
    const classes = new Set(files.map(({ kind }) => albumClassOf(kind)));
    const isOne = classes.size === 1 && !classes.has(undefined);
    return this.#refOf(to, isOne ? files : asDocuments(files), (album) =>
      this.#sendMany(to, message, album, options),
    );
  }

  async #refOf(
    to: Address,
    files: readonly LocalFile[],
    send: (files: readonly LocalFile[]) => Promise<Message>,
  ): Promise<MessageRef> {
    const sent = await this.#orAsDocuments(files, send);
    return this.#parts.calls.refTo(to, sent.message_id);
  }

  /** What is too long or too narrow for a picture, or none after all, goes as the file that it is. */
  async #orAsDocuments(
    files: readonly LocalFile[],
    send: (files: readonly LocalFile[]) => Promise<Message>,
  ): Promise<Message> {
    try {
      return await send(files);
    } catch (error) {
      if (!isKind(error, "bad-photo") || files.every(({ kind }) => kind === "document")) throw error;
      return send(asDocuments(files));
    }
  }

  #sendOne(to: Address, message: MediaMessage, file: LocalFile, options: SendOptions): Promise<Message> {
    const { method, send } = SEND_FILE[file.kind];
    const fields = {
      ...wishesOf(to, message, this.#parts.isSilent),
      ...(takesCaption(file.kind) ? this.#captionOf(file.item, options) : {}),
    };
    return this.#reusing([file], async ([source = uploadOf(file)]) => [
      await this.#parts.calls.at(to.chat, method, (raw, chat_id) =>
        send(raw, { chat_id, ...fields }, source, signalFor(options.signal)),
      ),
    ]);
  }

  #sendMany(
    to: Address,
    message: AlbumMessage,
    files: readonly LocalFile[],
    options: SendOptions,
  ): Promise<Message> {
    const wishes = wishesOf(to, message, this.#parts.isSilent);
    return this.#reusing(files, (sources) => {
      const media = albumItemsOf(
        files.map((file, at) => ({
          kind: file.kind,
          media: sources[at] ?? uploadOf(file),
          caption: this.#captionOf(file.item, options),
        })),
      );
      return this.#parts.calls.at(to.chat, "sendMediaGroup", (raw, chat_id) =>
        raw.sendMediaGroup({ chat_id, ...wishes, media }, signalFor(options.signal)),
      );
    });
  }

  /** Sends what Telegram has already by its id, and once more with the bytes if it does not know the id any more. */
  async #reusing(files: readonly LocalFile[], post: Post): Promise<Message> {
    const { uploads } = this.#parts;
    const keys = await Promise.all(files.map((file) => uploads.keyOf(file, file.kind, keepsName(file.kind))));
    const known = await Promise.all(keys.map((key) => uploads.find(key)));
    const sent = await this.#postKnown(files, known, post);
    for (const [at, { kind }] of files.entries()) {
      const [key, message] = [keys[at], sent[at]];
      const id = message && fileIdIn(message, kind);
      if (key !== undefined && id !== undefined) await uploads.remember(key, id);
    }
    const [first] = sent;
    if (!first) throw new PlatformError("fault", "unreachable", "Telegram names no message for the files.");
    return first;
  }

  async #postKnown(files: readonly LocalFile[], known: readonly (string | undefined)[], post: Post) {
    try {
      return await post(files.map((file, at) => known[at] ?? uploadOf(file)));
    } catch (error) {
      if (!isKind(error, "bad-file") || known.every((id) => id === undefined)) throw error;
      return post(files.map((file) => uploadOf(file)));
    }
  }

  #captionOf({ caption }: MediaItem, { style }: SendOptions): Caption {
    if (caption === undefined || caption.trim() === "") return {};
    const { text, ...parse } = this.#parts.rendering.caption(caption, style);
    return { caption: text, ...parse };
  }
}

function asDocuments(files: readonly LocalFile[]): LocalFile[] {
  return files.map((file) => ({ ...file, kind: "document" }));
}
