import type { MediaItem } from "../../../types.ts";
import { albumClassOf, fileKindOf } from "./file-kind.ts";

const MOST_IN_ALBUM = 10;

/** Files in the order they were given, cut into what Telegram takes as one album each; one alone is no album. */
export function albumsOf(items: readonly MediaItem[]): readonly (readonly MediaItem[])[] {
  const albums: MediaItem[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const kind = albumClassOf(fileKindOf(item));
    const album = albums.at(-1);
    if (album && kind !== undefined && kind === last && album.length < MOST_IN_ALBUM) album.push(item);
    else albums.push([item]);
    last = kind;
  }
  return albums;
}
