import { expect, test } from "bun:test";
import { kindOf, mediaProblem, mimeTypeOf } from "../../src/tools/media-type.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test("the first bytes say what a file is, whatever it is called", () => {
  expect(mimeTypeOf("a.txt", bytes("\x89PNG\r\n\x1a\n...."))).toBe("image/png");
  expect(mimeTypeOf("a", bytes("RIFF....WEBP"))).toBe("image/webp");
  expect(mimeTypeOf("a", bytes("%PDF-1.7"))).toBe("application/pdf");
});

test("a name counts where bytes tell nothing, and promises no picture that is none", () => {
  expect(mimeTypeOf("song.mp3", bytes("ID3"))).toBe("audio/mpeg");
  expect(mimeTypeOf("page.html", bytes("<svg"))).toBe("text/html");
  expect(mimeTypeOf("cat.png", bytes("<script>"))).toBe("application/octet-stream");
  expect(mimeTypeOf("README", bytes("hello"))).toBe("application/octet-stream");
});

test("a file is shown as what it is, unless it cannot be shown as that", () => {
  expect(["image/gif", "image/svg+xml", "audio/ogg", "video/mp4", "text/plain"].map(kindOf)).toEqual([
    "photo",
    "document",
    "audio",
    "video",
    "document",
  ]);
  expect(mediaProblem("photo", "image/png")).toBeUndefined();
  expect(mediaProblem("document", "image/png")).toBeUndefined();
  expect(mediaProblem("photo", "application/pdf")).toContain("send it as document");
  expect(mediaProblem("video", "audio/ogg")).toContain("cannot be sent as video");
});
