import type { Limits } from "../wire/frames.ts";
import { randomId } from "./random-id.ts";
import type { OutgoingFile } from "./file-shelf.ts";

/** A file chosen for the next message. */
export interface Chosen {
  readonly id: string;
  readonly file: File;
  /** Shows a picture; undefined for other files. */
  readonly preview: string | undefined;
}

/** Why files were not taken: too many, or too large together. */
export type Excess = "count" | "size";

/** Adds what the limits allow; says which limit stopped the rest. */
export function chooseFiles(
  chosen: readonly Chosen[],
  files: readonly File[],
  limits: Limits,
): { readonly chosen: readonly Chosen[]; readonly excess?: Excess } {
  const taken = [...chosen];
  let bytes = taken.reduce((sum, { file }) => sum + file.size, 0);
  for (const file of files) {
    if (taken.length >= limits.attachmentCount) return { chosen: taken, excess: "count" };
    bytes += file.size;
    if (bytes > limits.attachmentBytes) return { chosen: taken, excess: "size" };
    const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : undefined;
    taken.push({ id: randomId(), file, preview });
  }
  return { chosen: taken };
}

/** Reads the bytes for sending. Rejects if a file cannot be read any more. */
export function readFiles(chosen: readonly Chosen[]): Promise<OutgoingFile[]> {
  return Promise.all(chosen.map(({ file }) => readOne(file)));
}

function readOne(file: File): Promise<OutgoingFile> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(reader.error ?? new Error("unreadable file")));
    reader.addEventListener("load", () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      resolve({
        name: file.name || "pasted",
        mimeType: file.type || "application/octet-stream",
        base64: url.slice(url.indexOf(",") + 1),
      });
    });
    reader.readAsDataURL(file);
  });
}

/** A size as people write it. */
export function sizeText(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const megabytes = bytes / 1024 / 1024;
  return `${megabytes < 10 ? megabytes.toFixed(1).replace(/\.0$/, "") : Math.round(megabytes)} MB`;
}
