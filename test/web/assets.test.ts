import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPage } from "../../scripts/build-page.ts";
import { pageAssets } from "../../src/web/assets.ts";

const FILES = { "/": "index.html", "/app.js": "app.js", "/app.css": "app.css" };

test("the built page is current: `npm run build:page` would change nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  try {
    await buildPage(folder);
    for (const [path, file] of Object.entries(FILES)) {
      const isCurrent = (await readFile(join(folder, file), "utf8")) === pageAssets.get(path)?.body;
      expect(isCurrent, `${file} is as built; if not: npm run build:page`).toBe(true);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the page is these three files and loads nothing else from anywhere", () => {
  expect([...pageAssets.keys()]).toEqual(Object.keys(FILES));
  const html = String(pageAssets.get("/")?.body);
  const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((found) => found[1] ?? "");
  expect(loaded.filter((url) => !url.startsWith("data:"))).toEqual(["./app.css", "./app.js"]);
  expect(String(pageAssets.get("/app.css")?.body)).not.toMatch(/url\((?!["']?data:)|@import/);
});

test("nothing in the page is inline: the strictest policy lets it run", () => {
  const html = String(pageAssets.get("/")?.body);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});

test("the whole page weighs less than a photograph", () => {
  const packed = [...pageAssets.values()].map(({ body }) => Bun.gzipSync(Buffer.from(body)).length);
  expect(packed.reduce((sum, size) => sum + size)).toBeLessThan(120_000);
});
