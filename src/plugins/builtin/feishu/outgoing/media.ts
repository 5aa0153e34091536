import { openOutgoingFile, type OutgoingFile } from "../../../outgoing-file.ts";
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
import type { Calls } from "./calls.ts";
import { mp4DurationMs, opusDurationMs } from "./duration.ts";
import { isKind } from "./errors.ts";
import { documentKind, type FileKind, fileKindOf } from "./file-kind.ts";
import type { MessageBody, Posts } from "./posts.ts";
import type { SentForms } from "./sent-forms.ts";
import type { Text } from "./text.ts";

export interface MediaParts {
  readonly calls: Calls;
  readonly posts: Posts;
  readonly forms: SentForms;
  readonly uploads: Uploads;
  readonly text: Text;
}

interface LocalFile extends OutgoingFile {
  readonly kind: FileKind;
}

const LIMIT = { platform: "Feishu", mostMb: 30 };

/** Sends files, each as a message of its own. */
export class Media {
  readonly #parts: MediaParts;

  constructor(parts: MediaParts) {
    this.#parts = parts;
  }

  async send(to: Address, message: MediaMessage, options: SendOptions): Promise<MessageRef> {
    const file = await openOutgoingFile(message, LIMIT);
    const kind = fileKindOf(message, file.name, file.sizeBytes);
    const ref = await this.#orAsDocument({ ...file, kind }, (one) =>
      this.#sendFile(to, one, message.replyTo, options),
    );
    await this.#parts.forms.note(ref.id, "file");
    await this.#sayCaption(to, message, options);
    return ref;
  }

  /** `albumsOf` makes no albums; whatever comes as one all the same goes one by one. */
  async sendAlbum(
    to: Address,
    { items, ...wishes }: AlbumMessage,
    options: SendOptions,
  ): Promise<MessageRef> {
    let first: MessageRef | undefined;
    for (const [index, item] of items.entries()) {
      const nonce = index === 0 ? options.nonce : `${options.nonce}.${index}`;
      const message: MediaMessage = { ...wishes, ...item, kind: "media" };
      const ref = await this.send(to, message, { ...options, nonce });
      first ??= ref;
    }
    if (!first) throw new PlatformError("fault", "not-found", "There is nothing in the album.");
    return first;
  }

  /** Words that came with a file although it holds none are not lost. */
  async #sayCaption(to: Address, { caption = "" }: MediaItem, options: SendOptions): Promise<void> {
    if (caption.trim() === "") return;
    const nonce = `${options.nonce}.caption`;
    await this.#parts.text.send(to, { kind: "text", markdown: caption }, { ...options, nonce });
  }

  /** What is none of the pictures, recordings or films that Feishu knows goes as the file that it is. */
  async #orAsDocument(file: LocalFile, send: (file: LocalFile) => Promise<MessageRef>): Promise<MessageRef> {
    try {
      return await send(file);
    } catch (error) {
      if (!isKind(error, "bad-file") || file.kind.message === "file") throw error;
      return send({ ...file, kind: documentKind(file.name) });
    }
  }

  /** Sends what Feishu has already by its key, and uploads it once more if Feishu does not know the key any more. */
  async #sendFile(
    to: Address,
    file: LocalFile,
    replyTo: string | undefined,
    options: SendOptions,
  ): Promise<MessageRef> {
    const { posts, uploads } = this.#parts;
    const { message, upload = "image" } = file.kind;
    const post = (key: string) =>
      posts.send(to, { type: message, content: contentOf(message, key) }, { ...options, replyTo });
    const name = await uploads.keyOf(file, upload, message !== "image");
    const known = await uploads.find(name);
    if (known !== undefined) {
      try {
        return await post(known);
      } catch (error) {
        if (!isKind(error, "bad-file", "bad-request")) throw error;
      }
    }
    const key = await this.#upload(file, options.signal);
    await uploads.remember(name, key);
    return post(key);
  }

  async #upload({ item, name, kind }: LocalFile, signal: AbortSignal): Promise<string> {
    const { calls } = this.#parts;
    const { upload } = kind;
    const bytes = new File([Bun.file(item.path)], name, { type: "application/octet-stream" });
    const answer =
      upload === undefined
        ? await calls.make<{ readonly image_key?: string }>({
            method: "POST",
            path: "/open-apis/im/v1/images",
            body: { image_type: "message", image: bytes },
            signal,
          })
        : await calls.make<{ readonly file_key?: string }>({
            method: "POST",
            path: "/open-apis/im/v1/files",
            body: {
              file_type: upload,
              file_name: name,
              duration: await durationOf(upload, item.path),
              file: bytes,
            },
            signal,
          });
    const key = "image_key" in answer ? answer.image_key : "file_key" in answer ? answer.file_key : undefined;
    if (key === undefined)
      throw new PlatformError("bad-file", "unreachable", "Feishu names no key for the file.");
    return key;
  }
}

function contentOf(message: MessageBody["type"], key: string): MessageBody["content"] {
  return message === "image" ? { image_key: key } : { file_key: key };
}

async function durationOf(upload: FileKind["upload"], path: string): Promise<number | undefined> {
  if (upload === "opus") return opusDurationMs(path);
  return upload === "mp4" ? mp4DurationMs(path) : undefined;
}
