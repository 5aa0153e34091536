import { InputFile } from "grammy";
import { openOutgoingFile, type OutgoingFile } from "../../../outgoing-file.ts";
import type { MediaItem } from "../../../types.ts";
import { type FileKind, fileKindOf } from "./file-kind.ts";

/** A file as Telegram is to show it. */
export interface LocalFile extends OutgoingFile {
  readonly kind: FileKind;
}

const MOST_MB = { telegrams: 50, own: 2000 };

/** A file that Telegram, or a Bot API server of one's own, can take; see `openOutgoingFile`. */
export async function openLocalFile(item: MediaItem, isOwnServer: boolean): Promise<LocalFile> {
  const mostMb = isOwnServer ? MOST_MB.own : MOST_MB.telegrams;
  const file = await openOutgoingFile(item, { platform: "Telegram", mostMb });
  return { ...file, kind: fileKindOf(item, file.sizeBytes) };
}

/** The bytes of a file, read while they are sent. */
export function uploadOf({ item, name }: LocalFile): InputFile {
  return new InputFile(item.path, `"${name}"`);
}
