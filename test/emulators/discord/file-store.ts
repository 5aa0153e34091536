import { createHmac, randomBytes } from "node:crypto";
import type { APIAttachment } from "discord-api-types/v10";
import type { Upload } from "../common/multipart.ts";

/** How long a link to a file is good. */
export const LINK_LIFE_MS = 24 * 3_600_000;

interface StoredFile extends Upload {
  readonly path: string;
}

/** Every file with its bytes. A link is signed, and good for a day from when it was given. */
export class FileStore {
  /** The address in front of the paths; set once the server listens. */
  root = "";
  readonly #key = randomBytes(16);
  readonly #files = new Map<string, StoredFile>();

  add(id: string, channelId: string, upload: Upload, facts: Partial<APIAttachment> = {}): APIAttachment {
    // Names lose what would not go well in a link.
    const filename = upload.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_") || "unknown";
    const path = `/attachments/${channelId}/${id}/${encodeURIComponent(filename)}`;
    this.#files.set(path, { ...upload, path });
    return {
      id,
      filename,
      size: upload.bytes.length,
      url: path,
      proxy_url: path,
      ...(upload.mimeType ? { content_type: upload.mimeType } : {}),
      ...facts,
    } satisfies APIAttachment;
  }

  /** A picture that is for everybody and for ever, such as a sticker. */
  addPublic(path: string, upload: Upload): void {
    this.#files.set(path, { ...upload, path });
  }

  /** The attachment with links that are good for a day from now. */
  link(attachment: APIAttachment, nowMs: number): APIAttachment {
    const signed = `${this.root}${this.#sign(attachment.url, nowMs)}`;
    return { ...attachment, url: signed, proxy_url: signed } satisfies APIAttachment;
  }

  /** The file of a link; undefined if it has run out, is forged, or never was. */
  open(url: URL, nowMs: number): Upload | undefined {
    const path = url.pathname.replace(/^\/cdn/, "");
    const file = this.#files.get(path);
    if (!file || !path.startsWith("/attachments/")) return file;
    const [until, issued, hash] = ["ex", "is", "hm"].map((name) => url.searchParams.get(name) ?? "");
    const isOurs = hash === this.#hash(`${path}${until}${issued}`);
    return isOurs && Number.parseInt(until ?? "", 16) * 1000 > nowMs ? file : undefined;
  }

  #sign(path: string, nowMs: number): string {
    const issued = Math.floor(nowMs / 1000);
    const [from, until] = [issued, issued + LINK_LIFE_MS / 1000].map((seconds) => seconds.toString(16));
    return `${path}?ex=${until}&is=${from}&hm=${this.#hash(`${path}${until}${from}`)}&`;
  }

  #hash(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("hex");
  }
}
