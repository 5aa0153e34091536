import { extname } from "node:path";
import { extensionOf } from "../../../../lib/file-type.ts";
import { openOutgoingFile } from "../../../outgoing-file.ts";
import { PlatformError } from "../../../platform-error.ts";
import type {
  Address,
  AlbumMessage,
  MediaItem,
  MediaMessage,
  MessageRef,
  SendOptions,
} from "../../../types.ts";
import type { Formatter } from "../format/format.ts";
import { FILE_BYTES } from "./albums.ts";
import type { UploadedFile } from "./api.ts";
import type { Calls } from "./calls.ts";
import { captionOf } from "./content.ts";
import { post } from "./post.ts";
import { type OutgoingStyle, wishesOf } from "./wishes.ts";

export interface MediaParts {
  readonly calls: Calls;
  readonly formatter: Formatter;
  readonly style: OutgoingStyle;
  /** How big a file may be where it goes, in bytes, as far as that is known. */
  readonly mostBytesAt: ((to: Address) => number | undefined) | undefined;
}

const MB = 1_000_000;

/** Sends files, alone and several in one message. Discord shows each as what its name says that it is. */
export class Media {
  readonly #parts: MediaParts;

  constructor(parts: MediaParts) {
    this.#parts = parts;
  }

  send(to: Address, message: MediaMessage, options: SendOptions): Promise<MessageRef> {
    return this.#send(to, message, [message], options);
  }

  /** `albumsOf` tells what one message can hold. */
  sendAlbum(to: Address, message: AlbumMessage, options: SendOptions): Promise<MessageRef> {
    return this.#send(to, message, message.items, options);
  }

  async #send(
    to: Address,
    message: MediaMessage | AlbumMessage,
    items: readonly MediaItem[],
    { nonce, style, signal }: SendOptions,
  ): Promise<MessageRef> {
    const { calls, formatter, style: look, mostBytesAt } = this.#parts;
    if (items.length === 0) throw new PlatformError("fault", "not-found", "There is nothing in the album.");
    const mostMb = Math.max(FILE_BYTES, mostBytesAt?.(to) ?? 0) / MB;
    const files = await Promise.all(items.map((item) => openUpload(item, mostMb)));
    const captions = items.flatMap(({ caption = "" }) => captionOf(caption, style, formatter) ?? []);
    const body = {
      ...wishesOf(message, nonce, look),
      ...(captions.length > 0 ? { content: captions.join("\n\n") } : {}),
    };
    const { id } = await post(calls, to, body, { signal, files });
    return { address: to, id };
  }
}

async function openUpload(item: MediaItem, mostMb: number): Promise<UploadedFile> {
  const { name } = await openOutgoingFile(item, { platform: "Discord", mostMb });
  const type = (item.mimeType ?? Bun.file(name).type).toLowerCase();
  return { name: withExtension(name, item.mimeType), data: Bun.file(item.path, { type }) };
}

/** A picture without the end of its name would be no picture to Discord. */
function withExtension(name: string, mimeType: string | undefined): string {
  return mimeType === undefined || extname(name) !== "" ? name : `${name}.${extensionOf(mimeType)}`;
}
