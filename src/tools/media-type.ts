import type { Attachment } from "../core/message.ts";
import { isKnownByBytes, typeByBytes } from "../lib/file-type.ts";

/** What a file is: by its first bytes where they are telling, else by its name. */
export function mimeTypeOf(name: string, head: Uint8Array): string {
  const byBytes = typeByBytes(head);
  if (byBytes !== undefined) return byBytes;
  const [byName = ""] = Bun.file(name).type.split(";");
  // A name promises a picture of a kind that its bytes would show.
  return byName === "" || isKnownByBytes(byName) ? "application/octet-stream" : byName;
}

/** How a file is best shown when nobody said how. */
export function kindOf(mimeType: string): Attachment["kind"] {
  if (isPicture(mimeType)) return "photo";
  if (mimeType.startsWith("audio/")) return "audio";
  return mimeType.startsWith("video/") ? "video" : "document";
}

/** Why a file cannot be sent as `kind`; undefined if it can. */
export function mediaProblem(kind: Attachment["kind"], mimeType: string): string | undefined {
  if (kind === "document" || kind === "sticker") return undefined;
  const fits = kind === "photo" ? isPicture(mimeType) : mimeType.startsWith(`${kind}/`);
  return fits ? undefined : `is ${mimeType}, which cannot be sent as ${kind}; send it as document.`;
}

const isPicture = (mimeType: string) => /^image\/(png|jpeg|gif|webp)$/.test(mimeType);
