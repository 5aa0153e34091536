import { expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import type { MediaItem } from "../../../../../src/plugins/types.ts";
import { outgoingWorld } from "./outgoing-world.ts";

const MIB = 1024 * 1024;
const item = (more: Partial<MediaItem> = {}): MediaItem => ({
  media: "document",
  path: "/nowhere/a.txt",
  sizeBytes: 1,
  ...more,
});

test("ten files are one message, whatever they are, and the order stays", async () => {
  await using world = await outgoingWorld();
  const files = world.out.capabilities.files!;
  const kinds = ["photo", "audio", "document", "video", "sticker"] as const;
  const items = Array.from({ length: 23 }, (_, at) =>
    item({ media: kinds[at % 5]!, path: `/nowhere/${at}.x` }),
  );
  expect(files.albumsOf(items).map(({ length }) => length)).toEqual([10, 10, 3]);
  expect(files.albumsOf(items).flat()).toEqual(items);
  expect(files.albumsOf([])).toEqual([]);
});

test("what is too big for one request together goes in several, by the real size where none was told", async () => {
  await using world = await outgoingWorld();
  const files = world.out.capabilities.files!;
  const sizes = [9, 9, 9, 1, 10, 10].map((mib) => item({ sizeBytes: mib * MIB }));
  expect(files.albumsOf(sizes).map(({ length }) => length)).toEqual([2, 3, 1]);
  const path = await world.file("big.bin");
  await truncate(path, 20 * MIB);
  const untold: MediaItem = { media: "document", path };
  expect(files.albumsOf([untold, untold, item()]).map(({ length }) => length)).toEqual([1, 2]);
});

test("captions that are too long for one text together go with their files in several", async () => {
  await using world = await outgoingWorld();
  const files = world.out.capabilities.files!;
  const captioned = (length: number) => item({ caption: "x".repeat(length) });
  const albums = files.albumsOf([captioned(1000), captioned(996), captioned(1), item()]);
  expect(albums.map(({ length }) => length)).toEqual([2, 2]);
  expect(files.holdsCaption(captioned(2000))).toBe(true);
  expect(files.holdsCaption(captioned(2001))).toBe(false);
  expect(files.holdsCaption(item({ caption: "a_".repeat(700) }))).toBe(false);
  expect(files.holdsCaption(item())).toBe(true);
});
