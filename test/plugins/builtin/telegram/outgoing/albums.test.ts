import { expect, test } from "bun:test";
import { albumsOf } from "../../../../../src/plugins/builtin/telegram/outgoing/albums.ts";
import type { MediaItem } from "../../../../../src/plugins/types.ts";

const MEDIA: Readonly<Record<string, MediaItem["media"]>> = {
  jpg: "photo",
  mp4: "video",
  mp3: "audio",
  ogg: "audio",
};

const files = (...paths: readonly string[]): MediaItem[] =>
  paths.map((path) => ({ media: MEDIA[path.split(".").at(-1) ?? ""] ?? "document", path }));

const shapeOf = (items: readonly MediaItem[]) =>
  albumsOf(items).map((album) => album.map(({ path }) => path).join(" "));

test("what Telegram shows together stays together, in the order that was given", () => {
  expect(shapeOf(files("a.jpg", "b.mp4", "c.pdf", "d.txt", "e.mp3", "f.mp3", "g.jpg"))).toEqual([
    "a.jpg b.mp4",
    "c.pdf d.txt",
    "e.mp3 f.mp3",
    "g.jpg",
  ]);
});

test("ten are one album, the eleventh begins another; voice messages stand alone", () => {
  const many = Array.from({ length: 21 }, (_, at) => `${at}.jpg`);
  expect(albumsOf(files(...many)).map(({ length }) => length)).toEqual([10, 10, 1]);
  expect(shapeOf(files("a.ogg", "b.ogg"))).toEqual(["a.ogg", "b.ogg"]);
  expect(albumsOf([])).toEqual([]);
});
