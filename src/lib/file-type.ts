/** The first bytes of a file say more than its name: enough of them to know it by. */
export const HEAD_BYTES = 16;

const SIGNS: readonly (readonly [mimeType: string, at: number, bytes: string])[] = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["application/pdf", 0, "%PDF-"],
];

/** What a file is by its first bytes, where they are telling. */
export function typeByBytes(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, HEAD_BYTES)).toString("latin1");
  return SIGNS.find(([, at, bytes]) => text.startsWith(bytes, at))?.[0];
}

/** Whether `typeByBytes` would know a file of this type. */
export const isKnownByBytes = (mimeType: string) => SIGNS.some(([known]) => known === mimeType);

const EXTENSIONS: Readonly<Record<string, string>> = {
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/x-m4a": "m4a",
  "audio/x-wav": "wav",
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "text/plain": "txt",
  "text/markdown": "md",
  "text/javascript": "js",
  "video/quicktime": "mov",
  "application/x-tgsticker": "tgs",
  "application/gzip": "gz",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/octet-stream": "bin",
};

/** What the name of a file of this type ends with, without the dot. */
export function extensionOf(mimeType: string): string {
  const [plain = ""] = mimeType.toLowerCase().split(";");
  const known = EXTENSIONS[plain.trim()];
  if (known !== undefined) return known;
  return /^[a-z]+\/(?:x-)?([a-z0-9]{1,8})$/.exec(plain.trim())?.[1] ?? "bin";
}
