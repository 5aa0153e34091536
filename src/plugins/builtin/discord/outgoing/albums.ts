import type { MediaItem } from "../../../types.ts";

const MOST_FILES = 10;
/** What one request may hold. */
export const REQUEST_BYTES = 25 * 1024 * 1024;
/** What Discord takes of anybody, everywhere. */
export const FILE_BYTES = 10 * 1024 * 1024;
/** Between the captions of an album, which are one text. */
const GAP = 2;

export interface AlbumLimits {
  /** Longest text of one message, in the unit of `length`. */
  readonly mostText: number;
  readonly length: (markdown: string) => number;
}

/** Files in the order they were given, cut into what can be one message each. */
export function albumsOf(
  items: readonly MediaItem[],
  { mostText, length }: AlbumLimits,
): readonly (readonly MediaItem[])[] {
  const albums: { readonly items: MediaItem[]; bytes: number; text: number }[] = [];
  for (const item of items) {
    const bytes = item.sizeBytes ?? Bun.file(item.path).size;
    const text = item.caption === undefined ? 0 : length(item.caption) + GAP;
    const album = albums.at(-1);
    const fits =
      album !== undefined &&
      album.items.length < MOST_FILES &&
      album.bytes + bytes <= REQUEST_BYTES &&
      album.text + text <= mostText;
    if (!fits) albums.push({ items: [item], bytes, text });
    else {
      album.items.push(item);
      album.bytes += bytes;
      album.text += text;
    }
  }
  return albums.map((album) => album.items);
}
