import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { PlatformError } from "./platform-error.ts";
import type { MediaItem } from "./types.ts";

/** A file that is there, can be read, and is not too big for its platform. */
export interface OutgoingFile {
  readonly item: MediaItem;
  /** What people see it called: without quotes, backslashes and control characters. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FileLimit {
  /** The platform's name as people know it. */
  readonly platform: string;
  readonly mostMb: number;
}

const MB = 1_000_000;

/**
 * Looks at a file before it is sent: what cannot be sent is said in a sentence, without a call. Rejects with a
 * `PlatformError` of the kind `bad-file`.
 */
export async function openOutgoingFile(item: MediaItem, limit: FileLimit): Promise<OutgoingFile> {
  const { platform, mostMb } = limit;
  const name = nameOf(item);
  const sizeBytes = await sizeOf(item.path, name);
  if (sizeBytes === 0) throw refused("not-found", `${name} is empty; ${platform} takes no empty files.`);
  if (sizeBytes > mostMb * MB) {
    const has = `${name} has ${Math.ceil(sizeBytes / MB)} MB`;
    throw refused("too-long", `${has}; ${platform} takes files of up to ${Math.floor(mostMb)} MB from bots.`);
  }
  return { item, name, sizeBytes };
}

async function sizeOf(path: string, name: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code !== "ENOENT") throw refused("not-found", `The file ${name} could not be read (${code}).`);
  }
  throw refused("not-found", `The file ${name} is not there any more.`);
}

/** The name as it stands in quotes in a request: without what would end them. */
function nameOf({ name, path }: MediaItem): string {
  const shown = basename(name ?? path).replaceAll(/["\\\p{Cc}]/gu, "_");
  return shown === "" ? "file" : shown;
}

function refused(code: "not-found" | "too-long", sentence: string): PlatformError<"bad-file"> {
  return new PlatformError("bad-file", code, sentence);
}
