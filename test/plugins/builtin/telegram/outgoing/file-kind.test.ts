import { expect, test } from "bun:test";
import {
  albumClassOf,
  fileKindOf,
  takesCaption,
} from "../../../../../src/plugins/builtin/telegram/outgoing/file-kind.ts";
import type { MediaItem } from "../../../../../src/plugins/types.ts";

const item = (media: MediaItem["media"], path: string, more: Partial<MediaItem> = {}): MediaItem => ({
  media,
  path,
  ...more,
});

test.each([
  ["photo", item("photo", "a.jpg")],
  ["photo", item("photo", "a", { mimeType: "image/png" })],
  ["photo", item("photo", "/tmp/x1", { name: "a.webp" })],
  ["animation", item("photo", "a.gif")],
  ["document", item("photo", "a.svg")],
  ["document", item("photo", "a.heic")],
  ["document", item("photo", "a.jpg", { sizeBytes: 10_000_001 })],
  ["video", item("video", "a.mp4")],
  ["video_note", item("video", "a.mp4", { isNote: true })],
  ["animation", item("video", "a.gif")],
  ["document", item("video", "a.mkv")],
  ["audio", item("audio", "a.mp3")],
  ["audio", item("audio", "a.m4a")],
  ["voice", item("audio", "a.mp3", { isNote: true })],
  ["voice", item("audio", "a.ogg")],
  ["voice", item("audio", "a.bin", { mimeType: "audio/ogg; codecs=opus" })],
  ["sticker", item("sticker", "a.webp")],
  ["sticker", item("sticker", "a.webm")],
  ["photo", item("sticker", "a.png")],
  ["document", item("document", "a.jpg")],
  ["document", item("document", "a.pdf")],
] as const)("%s is how this is shown: %p", (kind, file) => {
  expect(fileKindOf(file)).toBe(kind);
});

test("pictures and videos stand together, audio files and documents each with their own", () => {
  expect(albumClassOf("photo")).toBe(albumClassOf("video"));
  expect(new Set(["photo", "audio", "document"].map((kind) => albumClassOf(kind as "photo"))).size).toBe(3);
  for (const alone of ["voice", "sticker", "animation", "video_note"] as const) {
    expect(albumClassOf(alone)).toBeUndefined();
  }
});

test("stickers and round videos have no caption", () => {
  expect(takesCaption("sticker") || takesCaption("video_note")).toBe(false);
  expect(takesCaption("photo") && takesCaption("document")).toBe(true);
});
