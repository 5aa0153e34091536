import type { Attachment } from "../core/message.ts";

/** The first bytes of a file say more than its name: enough of them to know pictures by. */
export const HEAD_BYTES = 16;

const SIGNS: readonly (readonly [mimeType: string, at: number, bytes: string])[] = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["application/pdf", 0, "%PDF-"],
];

/** What a file is: by its first bytes where they are telling, else by its name. */
export function mimeTypeOf(name: string, head: Uint8Array): string {
  const text = Buffer.from(head).toString("latin1");
  const sign = SIGNS.find(([, at, bytes]) => text.startsWith(bytes, at));
  if (sign) return sign[0];
  const [byName = ""] = Bun.file(name).type.split(";");
  // A name promises a picture of a kind that its bytes would show.
  const isFalse = SIGNS.some(([mimeType]) => mimeType === byName);
  return byName === "" || isFalse ? "application/octet-stream" : byName;
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
