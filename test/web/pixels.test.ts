import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { contrastIn, decodePng, mostFrequent, shareChanged } from "./pixels.ts";

/** A PNG whose rows use the given filters; the bytes are as they stand in the file. */
function png(width: number, rows: readonly (readonly number[])[], kind = 2): Uint8Array {
  const chunk = (name: string, data: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(name, 4);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, kind, 0, 0, 0], 8);
  const data = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([
    Buffer.alloc(8),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const pixelsOf = (bytes: Uint8Array) => [...decodePng(bytes).data];

test("each way in which a row may be written gives the same pixels", () => {
  const wanted = [10, 20, 30, 255, 40, 50, 60, 255];
  const above = [0, 10, 20, 30, 40, 50, 60];
  expect(pixelsOf(png(2, [above]))).toEqual(wanted);
  expect(pixelsOf(png(2, [[1, 10, 20, 30, 30, 30, 30]]))).toEqual(wanted);
  expect(pixelsOf(png(2, [above, [2, 0, 0, 0, 0, 0, 0]])).slice(8)).toEqual(wanted);
  expect(pixelsOf(png(2, [above, [3, 5, 10, 15, 15, 15, 15]])).slice(8)).toEqual(wanted);
  expect(pixelsOf(png(2, [above, [4, 0, 0, 0, 0, 0, 0]])).slice(8)).toEqual(wanted);
});

test("pictures that look alike are alike, others differ by the share that does", () => {
  const box = { x: 0, y: 0, width: 2, height: 1 };
  const one = decodePng(png(2, [[0, 10, 20, 30, 40, 50, 60]]));
  const near = decodePng(png(2, [[0, 12, 20, 30, 40, 50, 60]]));
  const far = decodePng(png(2, [[0, 10, 20, 30, 40, 150, 60]]));
  expect(shareChanged(one, near, box)).toBe(0);
  expect(shareChanged(one, far, box)).toBe(0.5);
  expect(shareChanged(one, far, { ...box, width: 1 })).toBe(0);
});

test("black on white stands out as much as anything can, and the ground is what there is most of", () => {
  const box = { x: 0, y: 0, width: 3, height: 1 };
  const picture = decodePng(png(3, [[0, 255, 255, 255, 255, 255, 255, 0, 0, 0]]));
  expect(mostFrequent(picture, box)).toEqual([255, 255, 255]);
  expect(contrastIn(picture, box)).toBeCloseTo(21, 5);
});
