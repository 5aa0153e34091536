import { expect, test } from "bun:test";
import { shownOf } from "../../src/core/outbound-text.ts";

test("a message reads as its text, and files are told by name and kind, never by where we keep them", () => {
  expect(shownOf({ kind: "text", markdown: "hello" })).toEqual({ text: "hello" });
  const photo = { media: "photo", path: "/state/media/abc", name: "cat.png", mimeType: "image/png" } as const;
  expect(shownOf({ kind: "media", ...photo, sizeBytes: 7, caption: "A cat" })).toEqual({
    text: "A cat",
    media: [{ kind: "photo", name: "cat.png", mimeType: "image/png", sizeBytes: 7 }],
  });
  expect(shownOf({ kind: "album", items: [{ media: "document", path: "/x/b.bin" }, photo] })).toEqual({
    text: "",
    media: [
      { kind: "document", name: "b.bin", mimeType: "application/octet-stream" },
      { kind: "photo", name: "cat.png", mimeType: "image/png" },
    ],
  });
  expect(shownOf({ kind: "withdrawal" })).toEqual({ text: "" });
});
