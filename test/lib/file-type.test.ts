import { expect, test } from "bun:test";
import { extensionOf, isKnownByBytes, typeByBytes } from "../../src/lib/file-type.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

test.each([
  ["\x89PNG\r\n\x1a\nrest", "image/png"],
  ["\xff\xd8\xff\xe0", "image/jpeg"],
  ["GIF89a", "image/gif"],
  ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
  ["%PDF-1.7", "application/pdf"],
])("%j is %s", (head, type) => {
  expect(typeByBytes(bytes(head))).toBe(type);
  expect(isKnownByBytes(type)).toBe(true);
});

test.each(["", "text", "RIFF\0\0\0\0WAVE", "\x89PN"])("%j tells nothing", (head) => {
  expect(typeByBytes(bytes(head))).toBeUndefined();
});

test.each([
  ["audio/ogg", "ogg"],
  ["audio/mpeg", "mp3"],
  ["image/jpeg", "jpg"],
  ["text/plain; charset=utf-8", "txt"],
  ["VIDEO/MP4", "mp4"],
  ["application/x-zip", "zip"],
  ["application/vnd.something-strange+xml", "bin"],
  ["../etc/passwd", "bin"],
  ["", "bin"],
])("a file of %p ends with .%s", (type, extension) => {
  expect(extensionOf(type)).toBe(extension);
});
