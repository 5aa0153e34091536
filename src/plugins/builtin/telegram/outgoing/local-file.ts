import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { InputFile } from "grammy";
import type { MediaItem } from "../../../types.ts";
import { TelegramError } from "./errors.ts";
import { type FileKind, fileKindOf } from "./file-kind.ts";

/** A file that is there, can be read, and is not too big for Telegram. */
export interface LocalFile {
  readonly item: MediaItem;
  readonly name: string;
  readonly kind: FileKind;
}

const MB = 1_000_000;
const MOST_MB = { telegrams: 50, own: 2000 };

/** Looks at a file before it is sent: what cannot be sent is said in a sentence, without a call. */
export async function openLocalFile(item: MediaItem, isOwnServer: boolean): Promise<LocalFile> {
  const name = nameOf(item);
  const size = await sizeOf(item.path, name);
  const mostMb = isOwnServer ? MOST_MB.own : MOST_MB.telegrams;
  if (size === 0) throw refused("not-found", `${name} is empty; Telegram takes no empty files.`);
  if (size > mostMb * MB) {
    throw refused(
      "too-long",
      `${name} has ${Math.ceil(size / MB)} MB; Telegram takes files of up to ${mostMb} MB from bots.`,
    );
  }
  return { item, name, kind: fileKindOf(item, size) };
}

/** The bytes of a file, read while they are sent. */
export function uploadOf({ item, name }: LocalFile): InputFile {
  return new InputFile(item.path, `"${name}"`);
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

function refused(code: "not-found" | "too-long", sentence: string): TelegramError {
  return new TelegramError("bad-file", code, sentence);
}
