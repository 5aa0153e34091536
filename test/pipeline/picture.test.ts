import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pictureIn } from "../../src/pipeline/picture.ts";
import { PNG } from "./files-world.ts";

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const blank = (width: number, height: number) => new Bun.Image(PNG).resize(width, height);

/** Noise does not shrink. */
function noise(side: number): Uint8Array {
  const header = Buffer.alloc(54);
  header.write("BM");
  header.writeUInt32LE(54 + side * side * 4, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(side, 18);
  header.writeInt32LE(side, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(32, 28);
  const pixels = crypto.getRandomValues(Buffer.alloc(Math.min(65_536, side * side * 4)));
  return Buffer.concat([
    header,
    ...Array<Buffer>(Math.ceil((side * side * 4) / 65_536)).fill(pixels),
  ]).subarray(0, 54 + side * side * 4);
}

const sizeOf = async (base64: string) => {
  const { width, height, format } = await new Bun.Image(Buffer.from(base64, "base64")).metadata();
  return `${format} ${width}x${height}`;
};

test("one that a model takes as it is goes as it is, byte for byte", async () => {
  for (const [name, bytes, mimeType] of [
    ["a.png", PNG, "image/png"],
    ["a.jpg", await blank(100, 50).jpeg().bytes(), "image/jpeg"],
    ["a.webp", await blank(100, 50).webp().bytes(), "image/webp"],
  ] as const) {
    const picture = await pictureIn(put(name, bytes));
    const image = { mimeType, base64: Buffer.from(bytes).toString("base64") };
    expect(picture).toEqual({ image, isScaled: false });
  }
});

test("one with more pixels than models look at is scaled down, in its own proportions", async () => {
  const png = await pictureIn(put("wide.png", await blank(3000, 1500).png().bytes()));
  expect(png?.isScaled).toBe(true);
  expect(await sizeOf(png?.image.base64 ?? "")).toBe("png 2000x1000");
  const jpeg = await pictureIn(put("tall.jpg", await blank(1000, 4000).jpeg().bytes()));
  expect(await sizeOf(jpeg?.image.base64 ?? "")).toBe("jpeg 500x2000");
});

test("one with more bytes than models take is made smaller by its quality", async () => {
  const heavy = await new Bun.Image(noise(1400)).png({ compressionLevel: 0 }).bytes();
  expect(heavy.length).toBeGreaterThan(3_300_000);
  const picture = await pictureIn(put("heavy.png", heavy));
  expect(picture?.isScaled).toBe(true);
  expect(picture?.image.base64.length ?? Number.POSITIVE_INFINITY).toBeLessThan(4_500_000);
});

test("what is none, is damaged, or only claims to be huge is no picture", async () => {
  const whole = Buffer.from(await blank(300, 300).png().bytes());
  expect(await pictureIn(put("text.png", "no picture"))).toBeUndefined();
  expect(await pictureIn(put("empty.png", ""))).toBeUndefined();
  expect(await pictureIn(put("cut.png", whole.subarray(0, whole.length / 2)))).toBeUndefined();
  expect(await pictureIn(put("bitmap.bmp", noise(10)))).toBeUndefined();
  expect(await pictureIn(join(folder, "none.png"))).toBeUndefined();
  const huge = Buffer.from(PNG);
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  expect(await pictureIn(put("bomb.png", huge))).toBeUndefined();
});
