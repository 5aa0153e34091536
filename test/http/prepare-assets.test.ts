import { expect, test } from "bun:test";
import { brotliDecompressSync } from "node:zlib";
import { prepareAssets } from "../../src/http/prepare-assets.ts";

const file = (body: string) => new Map([["/app.js", { body, type: "text/javascript" }]]);

test("the compressed body is the body, and the tag changes with it", () => {
  const one = prepareAssets(file("let one = 1;")).get("/app.js");
  const other = prepareAssets(file("let one = 2;")).get("/app.js");
  expect(brotliDecompressSync(one?.brotli ?? new Uint8Array()).toString()).toBe("let one = 1;");
  expect(one?.etag).not.toBe(other?.etag);
  expect(prepareAssets(file("let one = 1;")).get("/app.js")?.etag).toBe(one?.etag ?? "");
});
