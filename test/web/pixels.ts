import { inflateSync } from "node:zlib";

/** A picture as RGBA bytes, row after row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Color = readonly [number, number, number];

/** Reads a PNG as browsers write screenshots: 8 bits a channel, RGB or RGBA, not interlaced. */
export function decodePng(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth, kind, , , interlaced] = png.subarray(24, 29);
  const channels = kind === 6 ? 4 : kind === 2 ? 3 : 0;
  if (depth !== 8 || channels === 0 || interlaced !== 0) throw new Error("a PNG of a kind not expected here");
  const rows = inflateSync(Buffer.concat(chunksOf(png, view, "IDAT")));
  return { width, height, data: toRgba(unfilter(rows, width * channels, height, channels), channels) };
}

function chunksOf(png: Uint8Array, view: DataView, wanted: string): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (name === wanted) chunks.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return chunks;
}

function unfilter(rows: Uint8Array, rowBytes: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (rowBytes + 1)] ?? 0;
    for (let x = 0; x < rowBytes; x += 1) {
      const at = y * rowBytes + x;
      const left = x >= step ? (out[at - step] ?? 0) : 0;
      const up = y > 0 ? (out[at - rowBytes] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[at - rowBytes - step] ?? 0) : 0;
      out[at] = (rows[y * (rowBytes + 1) + 1 + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

/** What the five filters of PNG expect a byte to be. */
function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [guess - left, guess - up, guess - corner].map(Math.abs);
  if (toLeft! <= toUp! && toLeft! <= toCorner!) return left;
  return toUp! <= toCorner! ? up : corner;
}

function toRgba(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return bytes;
  const out = new Uint8Array((bytes.length / 3) * 4).fill(255);
  for (let pixel = 0; pixel * 3 < bytes.length; pixel += 1) {
    out.set(bytes.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  }
  return out;
}

/** A difference that eyes can see, in any channel. */
const VISIBLE = 24;

/** Which part of the box looks different in the two pictures, from 0 to 1. */
export function shareChanged(before: Picture, after: Picture, box: Box): number {
  let changed = 0;
  let all = 0;
  for (const at of pixelsIn(after, box)) {
    all += 1;
    const isOther = [0, 1, 2].some(
      (channel) => Math.abs((before.data[at + channel] ?? 0) - (after.data[at + channel] ?? 0)) > VISIBLE,
    );
    if (isOther) changed += 1;
  }
  return all === 0 ? 0 : changed / all;
}

/** How well the writing in the box stands out from what it stands on: the contrast ratio of WCAG, from 1 to 21. */
export function contrastIn(picture: Picture, box: Box): number {
  const ground = luminance(mostFrequent(picture, box));
  let best = 1;
  for (const at of pixelsIn(picture, box)) {
    const here = luminance(colorAt(picture, at));
    best = Math.max(best, (Math.max(here, ground) + 0.05) / (Math.min(here, ground) + 0.05));
  }
  return best;
}

/** The color that most of the box has. */
export function mostFrequent(picture: Picture, box: Box): Color {
  const counts = new Map<string, { color: Color; count: number }>();
  for (const at of pixelsIn(picture, box)) {
    const color = colorAt(picture, at);
    const known = counts.get(color.join());
    if (known) known.count += 1;
    else counts.set(color.join(), { color, count: 1 });
  }
  const [most] = [...counts.values()].toSorted((a, b) => b.count - a.count);
  if (!most) throw new Error("an empty box has no color");
  return most.color;
}

function* pixelsIn({ width, height }: Picture, box: Box): Generator<number> {
  const [right, bottom] = [Math.min(width, box.x + box.width), Math.min(height, box.y + box.height)];
  for (let y = Math.max(0, Math.round(box.y)); y < bottom; y += 1) {
    for (let x = Math.max(0, Math.round(box.x)); x < right; x += 1) yield (y * width + x) * 4;
  }
}

function colorAt({ data }: Picture, at: number): Color {
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

function luminance([red, green, blue]: Color): number {
  const [r, g, b] = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
